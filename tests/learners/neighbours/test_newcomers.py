"""What has only just come, by what sells most."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.newcomers import Newcomers
from evercart.units import DAY_US


def offered(rows: list[tuple[float, int]], day: float, **settings: int) -> Candidates:
    """Step over (day, item) orders, then a question; an item 0 is a question too, of which nothing is returned."""
    fold = Newcomers(**settings)
    woven = Events.of(
        kind=[*(2 if item else 7 for _, item in rows), 7],
        logged_us=[round(at * DAY_US) for at, _ in rows] + [round(day * DAY_US)],
        item=[*(item for _, item in rows), 0],
        number=[*(-1 if item else 0 for _, item in rows), 1],
    )
    found = fold.step(fold.start(), woven)[1]
    return found.rows(found.question == 1)


def test_the_most_sold_come_first_of_equal_ones_the_older() -> None:
    found = offered([(0, 5), (0.1, 6), (0.2, 7), (0.3, 6)], 1)
    assert found.item.tolist() == [6, 5, 7]
    assert (found.score.tolist(), found.rank.tolist()) == ([2, 1, 1], [0, 1, 2])
    assert offered([(0, 5), (0.1, 6), (0.2, 7), (0.3, 6)], 1, listed=2).item.tolist() == [6, 5]


def test_a_week_after_its_first_row_an_item_is_old() -> None:
    rows = [(0, 5), (3, 5), (6, 6), (6.5, 5)]
    assert offered(rows, 6.9).item.tolist() == [5, 6]
    assert offered(rows, 7).item.tolist() == [6]


def test_what_was_long_unsold_comes_anew() -> None:
    rows = [(0, 5), (9, 6), (20, 5)]
    assert offered(rows, 21).item.tolist() == []
    assert offered(rows, 21, keep_s=10 * 86_400).item.tolist() == [5]


def test_questions_are_no_rows_of_an_item() -> None:
    assert len(offered([(0, 0)], 1)) == 0


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(UserError, match=r"^newcomers\.keep_s: expected at least 604800, got 5$"):
        Newcomers(keep_s=5)
    with pytest.raises(UserError, match=r"^newcomers\.listed: expected 1 to 300, got 0$"):
        Newcomers(listed=0)
