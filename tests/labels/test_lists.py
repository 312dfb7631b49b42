"""Lists that wait for their answer."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.labels.lists import Lists
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.units import SECOND_US


def told(fold: Lists, rows: list[tuple[int, int, int, list[int]]]) -> Turns:
    """Step over (session, item, second, what is offered) rows; a row that offers something is a question."""
    number, questions, items = [], [], []
    for _, _, _, offered in rows:
        number.append(len(set(questions)) if offered else -1)
        questions += [number[-1]] * len(offered)
        items += offered
    woven = Events.of(
        kind=[7 if row[3] else 1 for row in rows],
        logged_us=[row[2] * SECOND_US for row in rows],
        session=[row[0] for row in rows],
        item=[row[1] for row in rows],
        number=number,
    )
    x = np.array(items, np.float32)[:, None]
    return fold.step(fold.start(), (woven, (np.array(questions), np.array(items, np.uint64), x)))[1]


def test_the_next_click_of_the_session_settles_its_list() -> None:
    turns = told(Lists(1), [(1, 5, 0, [6, 7]), (2, 7, 1, []), (1, 7, 2, []), (1, 6, 3, [])])
    assert turns.what.tolist() == [ASKED, ASKED, SETTLED, SETTLED]
    assert turns.y[2:].tolist() == [0.0, 1.0]
    assert turns.x[:, 0].tolist() == [6, 7, 6, 7]
    assert turns.us[2:].tolist() == [2 * SECOND_US] * 2


def test_what_was_not_offered_teaches_nothing() -> None:
    turns = told(Lists(1), [(1, 5, 0, [6, 7]), (1, 8, 2, []), (1, 7, 3, [])])
    assert turns.what.tolist() == [ASKED, ASKED]


def test_a_list_waits_no_longer_than_its_window() -> None:
    late = [(1, 5, 0, [6]), (1, 6, 11, [])]
    assert len(told(Lists(1, window_s=10), late)) == 1
    assert len(told(Lists(1, window_s=11), late)) == 2


def test_the_newer_question_of_a_session_stands() -> None:
    turns = told(Lists(1), [(1, 5, 0, [6]), (1, 5, 1, [7]), (1, 6, 2, [])])
    assert turns.what.tolist() == [ASKED, ASKED]


def test_of_more_than_most_the_oldest_is_dropped() -> None:
    rows = [(1, 5, 0, [9]), (2, 5, 1, [9]), (3, 5, 2, [9]), (1, 9, 3, []), (2, 9, 4, []), (3, 9, 5, [])]
    settled = told(Lists(1, most=2), rows)
    assert settled.number[settled.what == SETTLED].tolist() == [1, 2]


def test_a_list_longer_than_said_is_refused() -> None:
    with pytest.raises(UserError, match=r"^lists\.longest: expected at least 3 candidates, got 2$"):
        told(Lists(1, longest=2), [(1, 5, 0, [6, 7, 8])])
