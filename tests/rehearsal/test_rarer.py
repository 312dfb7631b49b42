"""Shoppers who are drawn come less often; nothing else changes."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart.errors import UserError
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA
from evercart.rehearsal.rarer import Nothing, Rarer
from evercart.units import DAY_US, SECOND_US

SHOPPERS = [f"shopper {one}" for one in range(200)]


def table(kind: str, days: list[float], users: list[str | None]) -> pa.Table:
    us = [round(day * DAY_US) for day in days]
    rows = {"event_us": us, "logged_us": us, "kind": [number(kind)] * len(us), "user": users}
    types = {"logged_us": pa.int64(), **{name: SCHEMA.field(name).type for name in rows if name in SCHEMA.names}}
    return pa.table({name: pa.array(values, types[name]) for name, values in rows.items()})


def daily(days: int, users: list[str]) -> pa.Table:
    return table("order", [day for day in range(days) for _ in users], users * days)


def left(change: Rarer, rows: pa.Table) -> pa.Table:
    return change.step(change.start(), rows)[1]


def test_who_is_drawn_comes_once_in_ten_days_from_the_change_on() -> None:
    change = Rarer("order", from_us=20 * DAY_US, share=1.0, days=10)
    rows = left(change, daily(60, ["a"]))
    assert [us / DAY_US for us in rows["logged_us"].to_pylist()] == [*range(20), 20, 30, 40, 50]


def test_the_lines_of_a_visit_stay_together() -> None:
    change = Rarer("order", 0, 1.0, 10)
    rows = left(change, table("order", [0, 0, 0.3, 0.4, 10.2, 10.2], ["a"] * 6))
    assert [us / DAY_US for us in rows["logged_us"].to_pylist()] == [0, 0, 0.3, 10.2, 10.2]


def test_about_a_share_is_drawn_the_same_in_any_order() -> None:
    change = Rarer("order", 0, 0.3, 10, seed=4)
    rows = daily(2, SHOPPERS)
    drawn = set(SHOPPERS) - set(left(change, rows).slice(200)["user"].to_pylist())
    assert 40 < len(drawn) < 80
    turned = rows.take(pa.array([*range(199, -1, -1), *range(399, 199, -1)]))
    assert set(SHOPPERS) - set(left(change, turned).slice(200)["user"].to_pylist()) == drawn
    other = set(SHOPPERS) - set(left(Rarer("order", 0, 0.3, 10, seed=5), rows).slice(200)["user"].to_pylist())
    assert other != drawn
    assert left(Rarer("order", 0, 0.0), rows).equals(rows)


def test_other_kinds_and_nobody_stay() -> None:
    change = Rarer("order", 0, 1.0, 10)
    for rows in (table("redeem", [0, 1, 2], ["a"] * 3), table("order", [0, 1, 2], [None] * 3)):
        assert left(change, rows).equals(rows)


def test_how_rows_are_cut_changes_nothing() -> None:
    change = Rarer("order", 5 * DAY_US, 0.5, 3)
    rows, parts, state = daily(30, SHOPPERS[:20]), [], change.start()
    for first in range(0, 600, 7):
        state, part = change.step(state, rows.slice(first, 7))
        parts.append(part)
    assert pa.concat_tables(parts).equals(left(change, rows).combine_chunks())


def test_nothing_changes_nothing() -> None:
    rows = daily(2, ["a"])
    assert Nothing().step(Nothing().start(), rows) == (None, rows)
    assert pc.sum(rows["logged_us"]).as_py() == DAY_US > SECOND_US


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"share": 1.5}, "rarer.share: expected 0 to 1, got 1.5"),
        ({"days": 0}, "rarer.days: expected more than 0, got 0"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, float], text: str) -> None:
    with pytest.raises(UserError) as error:
        Rarer("order", 0, **bad)  # type: ignore[arg-type]
    assert str(error.value) == text
