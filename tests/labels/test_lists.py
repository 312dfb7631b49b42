"""Lists that wait for their answer."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.labels.lists import Lists
from evercart.labels.turns import ABANDONED, ASKED, MISSED, SETTLED, Turns
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
    assert turns.what.tolist() == [ASKED, ASKED, SETTLED, SETTLED, MISSED]
    assert turns.y[2:].tolist() == [0.0, 1.0, 0.0]
    assert turns.x[:, 0].tolist() == [6, 7, 6, 7, 0]
    assert turns.us[2:].tolist() == [2 * SECOND_US] * 3
    assert turns.weight.tolist() == [1, 1, 1, 1, 0]


def test_what_was_not_offered_is_missed() -> None:
    turns = told(Lists(1), [(1, 5, 0, [6, 7]), (1, 8, 2, []), (1, 7, 3, [])])
    assert turns.what.tolist() == [ASKED, ASKED, MISSED]
    assert turns.y[2] == 1.0


def test_a_list_waits_no_longer_than_its_window() -> None:
    late = [(1, 5, 0, [6]), (1, 6, 11, [])]
    assert told(Lists(1, window_s=10), late).what.tolist() == [ASKED, ABANDONED]
    assert told(Lists(1, window_s=11), late).what.tolist() == [ASKED, SETTLED, MISSED]


def test_the_newer_question_of_a_session_stands() -> None:
    turns = told(Lists(1), [(1, 5, 0, [6]), (1, 5, 1, [7]), (1, 6, 2, [])])
    assert turns.what.tolist() == [ASKED, ABANDONED, ASKED, MISSED]
    assert turns.number.tolist() == [0, 0, 1, 1]


def test_a_question_about_nobody_is_abandoned() -> None:
    assert told(Lists(1), [(0, 5, 0, [6])]).what.tolist() == [ASKED, ABANDONED]


def test_of_more_than_most_the_oldest_is_dropped() -> None:
    rows = [(1, 5, 0, [9]), (2, 5, 1, [9]), (3, 5, 2, [9]), (1, 9, 3, []), (2, 9, 4, []), (3, 9, 5, [])]
    settled = told(Lists(1, most=2), rows)
    assert settled.number[settled.what == SETTLED].tolist() == [1, 2]
    assert settled.number[settled.what == ABANDONED].tolist() == [0]


BASKET = [(1, 5, 0, [6, 7, 8]), (1, 7, 1, []), (1, 9, 1, []), (1, 7, 1, []), (1, 9, 2, []), (1, 6, 2, [])]


def test_several_answers_count_once_each() -> None:
    turns = told(Lists(1, several=True), [*BASKET, (1, 5, 9, [6])])
    settled = turns.rows(turns.what == SETTLED)
    assert settled.y.tolist() == [1.0, 1.0, 0.0]
    assert turns.y[turns.what == MISSED].tolist() == [1.0]
    assert settled.us.tolist() == [9 * SECOND_US] * 3  # with the shopper's next question


def test_several_answers_end_with_the_window_after_the_last() -> None:
    turns = told(Lists(1, several=True, window_s=3), [*BASKET, (2, 5, 5, []), (2, 5, 6, [])])
    assert turns.us[turns.what == MISSED].tolist() == [6 * SECOND_US]


def test_a_further_kind_counts_what_it_is_said_to_be_worth() -> None:
    fold = Lists(1, kind="order", several=True, also=(("view", 0.25),))
    woven = Events.of(
        kind=[7, 1, 2, 1, 7],
        logged_us=[0, 1, 2, 3, 4],
        session=[1] * 5,
        item=[0, 6, 7, 7, 0],
        number=[0, -1, -1, -1, 1],
    )
    offered = np.array([0, 0, 0]), np.array([6, 7, 8], np.uint64), np.zeros((3, 1), np.float32)
    turns = fold.step(fold.start(), (woven, offered))[1]
    assert turns.y[turns.what == SETTLED].tolist() == [0.25, 1.0, 0.0]


def test_a_further_kind_wants_several_answers() -> None:
    with pytest.raises(UserError, match=r"^lists\.also: expected several answers, got "):
        Lists(1, also=(("order", 0.25),))


def test_a_list_longer_than_said_is_refused() -> None:
    with pytest.raises(UserError, match=r"^lists\.longest: expected at least 3 candidates, got 2$"):
        told(Lists(1, longest=2), [(1, 5, 0, [6, 7, 8])])
