"""From a source's columns to fields."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.findings import numbered
from evercart.events.mapping_file import parse
from evercart.events.translate import check_lookup, joined, translate

TOP = 'kind = "order"\nid = "{basket}/{sku}/{row}"\n'
COLUMNS = 'columns = { user = "who", item = "sku", quantity = "n", amount = "paid", discount = ["off", "coupon"] }\n'
REST = """constants = { currency = "USD" }
units = { quantity = "pieces", amount = "major" }
time = { column = "at", zone = "UTC" }
"""
ROW: dict[str, Any] = {
    "basket": 7,
    "who": 3.0,
    "sku": "a",
    "n": 2,
    "paid": 1.29,
    "off": 0.1,
    "coupon": 0.25,
    "at": "2017-01-01",
}
DAY = 1_483_228_800_000_000


def _translate(*rows: dict[str, Any], text: str = TOP + COLUMNS + REST) -> tuple[list[dict[str, Any]], list[Any]]:
    table, bad = translate(parse(text).sources[0], numbered(pa.Table.from_pylist(list(rows))))
    return table.to_pylist(), list(bad)


def test_a_row_in_the_units_of_the_log() -> None:
    (row,), bad = _translate(ROW)
    assert bad == []
    assert row == {
        "row": 1,
        "kind": "order",
        "id": "7/a/1",
        "user": 3.0,
        "item": "a",
        "quantity": 2000,
        "amount": 129,
        "discount": 35,
        "currency": "USD",
        "event_us": DAY,
    }


def test_what_cannot_be_converted_is_refused_as_sent() -> None:
    good, bad = _translate(
        {**ROW, "paid": "1.29"}, {**ROW, "paid": "12,50"}, {**ROW, "paid": "3", "at": "soon"}, {**ROW, "paid": "nan"}
    )
    assert [row["row"] for row in good] == [1]
    assert [refusal[:4] for refusal in bad] == [
        (2, "amount", "a number", "12,50"),
        (3, "event_us", "a time, format iso", "soon"),
        (4, "amount", "a number", "nan"),
    ]
    assert '"amount": "12,50"' in bad[0].body
    assert '"quantity": 2000' in bad[0].body


def test_missing_values_stay_missing() -> None:
    (row,), bad = _translate({**ROW, "paid": None, "coupon": None, "basket": None, "at": None})
    assert bad == []
    assert [row[name] for name in ("amount", "discount", "id", "event_us")] == [None] * 4


def test_minor_units_go_by_the_currency_of_each_row() -> None:
    text = TOP + COLUMNS.replace("}", ', currency = "money" }') + REST.replace('{ currency = "USD" }', "{}")
    rows = [{**ROW, "money": code} for code in ("USD", "JPY", "KWD", None, "???")]
    good, _ = _translate(*rows, text=text)
    assert [row["amount"] for row in good] == [129, 1, 1290, 129, 129]


def test_thousandths_and_minor_units_are_taken_as_they_are() -> None:
    text = TOP + COLUMNS + REST.replace("pieces", "thousandths").replace("major", "minor")
    (row,), _ = _translate({**ROW, "n": "2000", "paid": "129", "off": 10, "coupon": 25}, text=text)
    assert (row["quantity"], row["amount"], row["discount"]) == (2000, 129, 35)


def test_constants_are_in_the_sources_units_too() -> None:
    text = TOP + COLUMNS.replace(', quantity = "n"', "") + REST.replace("{ cur", "{ quantity = 3, cur")
    assert _translate(ROW, text=text)[0][0]["quantity"] == 3000


@pytest.mark.parametrize(
    ("time", "want"),
    [
        ('constant = "2017-01-02T00:00:00Z"', [DAY + 86_400_000_000] * 2),
        ('order = true, epoch = "2017-01-01T00:00:00Z"', [DAY, DAY + 1_000_000]),
    ],
)
def test_times_that_no_column_holds(time: str, want: list[int]) -> None:
    text = TOP + COLUMNS + REST.replace('column = "at", zone = "UTC"', time)
    assert [row["event_us"] for row in _translate(ROW, ROW, text=text)[0]] == want


def test_places_in_an_order_are_seconds() -> None:
    text = TOP + COLUMNS + REST.replace('column = "at", zone = "UTC"', 'order = "at", epoch = "2017-01-01T00:00:00Z"')
    rows = [{**ROW, "at": at} for at in (7, 0, -1, None, 10**13)]
    good, bad = _translate(*rows, text=text)
    assert [row["event_us"] for row in good] == [DAY + 7_000_000, DAY, DAY - 1_000_000, None]
    assert [(one.row, one.field, one.rule) for one in bad] == [(5, "event_us", "a place of at most 1,000,000,000,000")]
    good, bad = _translate(*({**ROW, "at": at} for at in ("12", "first", "1.5")), text=text)
    assert [row["event_us"] for row in good] == [DAY + 12_000_000]
    assert [one.row for one in bad] == [2, 3]


def test_times_without_zone_are_told() -> None:
    with pytest.raises(UserError) as raised:
        _translate(ROW, text=TOP + COLUMNS + REST.replace(', zone = "UTC"', ""))
    assert str(raised.value) == (
        "mapping.time.column at: expected times with a zone, or `zone` in [time] for those without, "
        "got '2017-01-01 00:00:00'"
    )


def test_a_column_of_the_wrong_type_is_told() -> None:
    with pytest.raises(UserError, match=r"^mapping\.columns\.quantity: expected numbers, got list<item: int64>$"):
        _translate({**ROW, "n": [1]})


def test_lookup_by_keys_of_different_types() -> None:
    table = pa.table({"c": ["2", "1", "9", None], "x": [1, 2, 3, 4]})
    lookup = pa.table({"c": [1, 2], "x": [0, 0], "start": ["a", "b"]})
    assert joined(table, lookup, "c", "join").to_pydict() == table.to_pydict() | {"start": ["b", "a", None, None]}


def test_a_lookup_table_must_have_each_key_once() -> None:
    check_lookup(pa.table({"c": [1, 2]}), "c", "mapping.join")
    with pytest.raises(UserError, match=r"^mapping\.join: expected each c once, got \"'1' 2 times\"$"):
        check_lookup(pa.table({"c": [1, 2, 1]}), "c", "mapping.join")
