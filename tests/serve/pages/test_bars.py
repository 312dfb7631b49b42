"""Bars stand on each other, as high as what they stand for."""

from __future__ import annotations

import pytest

from evercart.serve.looking.arrivals import Arrived, Bar
from evercart.serve.pages.bars import COLOURS, HIGH, WIDE, bars, table

ARRIVED = Arrived(("view", "order"), (Bar(0, (6, 2)), Bar(1, (0, 0)), Bar(2, (1, 3))), 1, 0)


def test_parts_stand_on_each_other() -> None:
    found = bars(ARRIVED)
    assert (found.most, found.first, found.last) == (8, "1970-01-01", "1970-01-03")
    assert found.keys == (("view", 0, 7), ("order", 1, 5))
    first, second = found.rects[:2]
    assert (first.y + first.height, second.y) == (HIGH, 0) and second.y + second.height == pytest.approx(first.y)
    assert first.title == "1970-01-01 view: 6"
    assert all(0 <= one.x <= WIDE and one.height > 0 for one in found.rects)


def test_nothing_has_no_bars() -> None:
    assert bars(Arrived((), (), 1, 0)) == ((), 0, "", "", ())


def test_what_came_least_shares_a_colour() -> None:
    kinds = tuple(f"k{at}" for at in range(COLOURS + 3))
    found = bars(Arrived(kinds, (Bar(0, (1,) * len(kinds)),), 1, 0), others="rest")
    assert found.keys[-1] == ("rest", COLOURS - 1, 4)
    assert len(found.rects) == COLOURS


def test_the_newest_come_first_in_the_table() -> None:
    assert table(ARRIVED, 2) == [("1970-01-03", (1, 3)), ("1970-01-02", (0, 0))]
