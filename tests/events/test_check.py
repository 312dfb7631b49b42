"""The border: each rule, with the row, field, rule and value that it tells."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events.check import FIRST_US, MOST, check
from evercart.events.kinds import SENT
from evercart.events.schema import FIELDS, SCHEMA
from evercart.units import DAY_US

NOW = 1_500_000_000_000_000
GOOD: dict[str, Any] = {
    "kind": "order",
    "id": "a/1",
    "event_us": NOW - 5,
    "user": "u1",
    "item": "i1",
    "quantity": 1000,
    "amount": 250,
    "currency": "USD",
    "discount": 10,
}
KIND_NAMES = " ".join(kind.name for kind in SENT)


def _refused(**changed: Any) -> tuple[str, str, str]:
    row = {name: value for name, value in (GOOD | changed).items() if value is not ...}
    checked = check(pa.Table.from_pylist([row]), now_us=NOW)
    assert checked.good.num_rows == 0
    (refusal,) = checked.bad
    assert refusal.row == 1
    return refusal.field, refusal.rule, refusal.value


def test_a_good_row_enters_in_the_schema() -> None:
    checked = check(pa.Table.from_pylist([GOOD]), now_us=NOW)
    assert checked.bad == ()
    assert checked.rows.tolist() == [1]
    assert checked.good.schema == SCHEMA
    row = {name: value for name, value in checked.good.to_pylist()[0].items() if value is not None}
    assert row == GOOD | {"kind": 2}


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"kind": "oder"}, ("kind", f"one of {KIND_NAMES}", "oder")),
        ({"kind": None}, ("kind", f"one of {KIND_NAMES}", "null")),
        ({"kind": ...}, ("kind", f"one of {KIND_NAMES}", "null")),
        ({"kind": 99}, ("kind", f"one of {KIND_NAMES}", "99")),
        ({"id": None}, ("id", "a value", "null")),
        ({"id": ""}, ("id", "a value", "")),
        ({"id": ...}, ("id", "a value", "null")),
        ({"event_us": None}, ("event_us", "a value", "null")),
        ({"event_us": FIRST_US - 1}, ("event_us", "a time from 1990-01-01 on", "631151999999999")),
        ({"event_us": NOW + DAY_US + 1}, ("event_us", "a time at most a day ahead", str(NOW + DAY_US + 1))),
        (
            {"event_us": "2017-01-01"},
            ("event_us", "microseconds since 1970, or a time with its zone", "2017-01-01"),
        ),
        ({"user": None}, ("user", "a value, which order needs", "null")),
        ({"user": ""}, ("user", "a value, which order needs", "")),
        ({"item": ...}, ("item", "a value, which order needs", "null")),
        ({"quantity": -1}, ("quantity", "at least 0", "-1")),
        ({"quantity": "two"}, ("quantity", "an integer", "two")),
        ({"quantity": 1.5}, ("quantity", "an integer", "1.5")),
        ({"quantity": float("nan")}, ("quantity", "an integer", "nan")),
        ({"amount": float("inf")}, ("amount", "an integer", "inf")),
        ({"amount": MOST + 1}, ("amount", f"at most {MOST:,} either way", str(MOST + 1))),
        ({"amount": -(2**63)}, ("amount", f"at most {MOST:,} either way", str(-(2**63)))),
        ({"currency": "usd"}, ("currency", "a currency code of ISO 4217", "usd")),
        ({"text": "x" * 1_000_001}, ("text", "at most 1,000,000 bytes", "x" * 160 + "… (1,000,001 characters)")),
        ({"id": "x" * 10_000_000}, ("id", "at most 1,000,000 bytes", "x" * 160 + "… (10,000,000 characters)")),
        ({"price": 5}, ("price", "nothing, as order has no price", "5")),
        ({"properties": "[1]"}, ("properties", "a JSON object", "[1]")),
        ({"kind": "item", "discount": ..., "price": -1}, ("price", "at least 0", "-1")),
        ({"kind": "heartbeat", "discount": ..., "live": 1}, ("kind", f"one of {KIND_NAMES}", "heartbeat")),
        (
            {"kind": "outcome", "ref": "r", "discount": ..., "value": float("nan")},
            ("value", "a finite number", "nan"),
        ),
    ],
)
def test_what_may_not_enter(changed: dict[str, Any], refusal: tuple[str, str, str]) -> None:
    assert _refused(**changed) == refusal


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": 2},
        {"event_us": FIRST_US},
        {"event_us": NOW + DAY_US},
        {"event_us": "2017-01-01T00:00:00Z"},
        {"quantity": 0},
        {"quantity": "1000"},
        {"amount": -250},
        {"currency": None},
        {"text": "x" * 1_000_000},
        {"properties": '{"a": 1}'},
        {"id": 17},
        {"discount": None},
    ],
)
def test_what_may(changed: dict[str, Any]) -> None:
    assert check(pa.Table.from_pylist([GOOD | changed]), now_us=NOW).bad == ()


def test_the_first_broken_rule_is_told_of_each_row_by_its_number() -> None:
    rows = [GOOD | {"user": None, "quantity": -1}, GOOD, GOOD | {"currency": "XXL", "quantity": -2}]
    raw = pa.Table.from_pylist(rows).append_column("row", pa.array([10, 20, 30]))
    checked = check(raw, now_us=NOW)
    assert [refusal[:4] for refusal in checked.bad] == [
        (10, "user", "a value, which order needs", "null"),
        (30, "quantity", "at least 0", "-2"),
    ]
    assert checked.rows.tolist() == [20]
    assert json.loads(checked.bad[1].body) == rows[2]


def test_kinds_may_be_mixed_each_with_its_own_needs() -> None:
    view = {"kind": "view", "id": "v", "event_us": NOW, "item": "i"}
    checked = check(pa.Table.from_pylist([GOOD, view]), now_us=NOW)
    assert checked.bad == ()
    assert checked.good["kind"].to_pylist() == [2, 1]


def test_an_unknown_column_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError) as raised:
        check(pa.table({"usr": ["a"]}), now_us=NOW)
    assert str(raised.value).startswith("events: expected one of the fields id event_us kind user session item ")
    assert str(raised.value).endswith("got 'usr' (nearest: 'user')")


def test_a_type_without_values_is_told() -> None:
    raw = pa.Table.from_pylist([GOOD | {"quantity": [1]}])
    with pytest.raises(UserError, match=r"^orders\.quantity: expected numbers, got list<item: int64>$"):
        check(raw, now_us=NOW, where="orders")


def test_a_kind_without_values_is_told() -> None:
    with pytest.raises(UserError, match=r"^events\.kind: expected text or numbers, got list<item: int64>$"):
        check(pa.Table.from_pylist([GOOD | {"kind": [1]}]), now_us=NOW)


def test_no_rows_are_no_trouble() -> None:
    checked = check(pa.Table.from_pylist([GOOD]).slice(0, 0), now_us=NOW)
    assert (checked.good.num_rows, checked.bad) == (0, ())
    assert checked.good.schema == SCHEMA


VALUES = st.one_of(st.none(), st.text(max_size=5), st.integers().map(str), st.floats().map(str), st.sampled_from("012"))
FIELDS = st.sampled_from([name for name in FIELDS if name != "kind"])


@given(st.lists(st.dictionaries(FIELDS, VALUES), max_size=8), st.lists(st.sampled_from([*KIND_NAMES.split(), "?"])))
def test_any_text_is_good_or_refused_and_none_is_lost(rows: list[dict[str, Any]], kinds: list[str]) -> None:
    rows = [{"kind": kind} | row for kind, row in zip(kinds, rows, strict=False)]
    names = dict.fromkeys(name for row in rows for name in row)
    raw = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    checked = check(raw, now_us=NOW)
    bad = [refusal.row for refusal in checked.bad]
    assert sorted([*checked.rows.tolist(), *bad]) == list(range(1, raw.num_rows + 1))
    assert not np.isin(checked.rows, bad).any()
