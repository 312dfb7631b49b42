"""A mapping checks itself, then the columns it is given."""
# ruff: noqa: E501 (texts are quoted whole)

from __future__ import annotations

from typing import Any

import pytest

from evercart.errors import UserError
from evercart.events.clean import Missing
from evercart.events.mapping import Join, SourceMap, Time

FOUND = ["household_id", "product_id", "n", "paid", "at"]


def _map(**changed: Any) -> SourceMap:
    settings: dict[str, Any] = {
        "where": "mapping",
        "kind": "order",
        "columns": {"user": ("household_id",), "item": ("product_id",), "quantity": ("n",), "amount": ("paid",)},
        "constants": {"currency": "USD"},
        "units": {"quantity": "pieces", "amount": "major"},
        "time": Time("at", zone="UTC"),
        "id": "{product_id}/{row}",
    }
    return SourceMap(**(settings | changed))


def test_a_good_one_names_what_it_reads() -> None:
    assert _map().wanted() == ("household_id", "product_id", "n", "paid", "at")
    _map().bind(FOUND)


def test_pieces_of_an_id() -> None:
    assert _map(id="a/{x}{row}/z").template == (("a/", "x"), ("", "row"), ("/z", ""))


def test_money_goes_by_the_unit_of_the_amount_unless_it_has_its_own() -> None:
    one = _map(units={"quantity": "pieces", "amount": "major", "price": "minor"})
    assert [one.unit(name) for name in ("discount", "price", "quantity", "text")] == ["major", "minor", "pieces", ""]


NAMES = "household_id product_id n paid at"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"columns": {**_map().columns, "user": ("househld_id",)}},
            f"mapping.columns.user: expected one of the columns {NAMES}, got 'househld_id' (nearest: 'household_id')",
        ),
        ({"id": "{basket}"}, f"mapping.id: expected one of the columns {NAMES}, got 'basket'"),
        (
            {"time": Time("att")},
            f"mapping.time.column: expected one of the columns {NAMES}, got 'att' (nearest: 'at')",
        ),
        (
            {"join": Join("x.csv", "household")},
            f"mapping.join.on: expected one of the columns {NAMES}, got 'household' (nearest: 'household_id')",
        ),
    ],
)
def test_a_column_that_was_not_found_is_told_with_the_nearest(changed: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as raised:
        _map(**changed).bind(FOUND)
    assert str(raised.value) == text


FIELDS = "id user session item place ref quantity amount currency text properties"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"columns": {**_map().columns, "discont": ("n",)}},
            f"mapping.columns.discont: expected one of the fields {FIELDS} discount cost, "
            "got 'discont' (nearest: 'discount')",
        ),
        (
            {"constants": {"price": 3}},
            f"mapping.constants.price: expected one of the fields {FIELDS} discount cost, got 'price' (nearest: 'place')",
        ),
        (
            {"kind": "oder"},
            "mapping.kind: expected one of the kinds view order item user exposure redeem outcome feedback erase "
            "search cart return review message payment chargeback resolved, "
            "got 'oder' (nearest: 'order')",
        ),
        (
            {"kind": ""},
            "mapping.kind: expected one of view order item user exposure redeem outcome feedback erase search cart return review message payment chargeback resolved, got ''",
        ),
        ({"id": ""}, """mapping.id: expected a template such as "{order_id}/{row}", got ''"""),
        (
            {"columns": {"user": ("a",), "item": ("b",), "amount": ("c",)}},
            "mapping.columns: expected a column or constant for quantity, which order needs, "
            "got 'amount currency item user'",
        ),
        (
            {"units": {"amount": "minor"}},
            """mapping.units.quantity: expected "pieces" or "thousandths", got 'nothing'""",
        ),
        ({"units": {"quantity": "pieces"}}, """mapping.units.amount: expected "major" or "minor", got 'nothing'"""),
        ({"units": {"amount": "dollars"}}, """mapping.units.amount: expected "major" or "minor", got 'dollars'"""),
        (
            {"units": {"amuont": "major"}},
            "mapping.units.amuont: expected one of the fields quantity amount discount cost price, got 'amuont' (nearest: 'amount')",
        ),
        ({"constants": {}}, "mapping.constants.currency: expected one beside major units, got 'nothing'"),
        (
            {"columns": {**_map().columns, "user": ("a", "b")}},
            "mapping.columns.user: expected one column, got 'a b'",
        ),
    ],
)
def test_what_is_wrong_in_itself_is_told(changed: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as raised:
        _map(**changed)
    assert str(raised.value) == text


def test_a_need_may_be_filled_by_cleaning() -> None:
    columns = {name: names for name, names in _map().columns.items() if name != "quantity"}
    one = _map(columns=columns, steps=(("missing quantity", Missing("quantity", "constant", 1000)),))
    assert "n" not in one.wanted()


def test_the_kind_may_be_a_column() -> None:
    one = _map(kind="", columns={"kind": ("type",), "price": ("p",)}, units={"price": "minor"})
    assert one.wanted() == ("type", "p", "product_id", "at")
