"""Lists that wait for their answer."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events, missing
from evercart.labels.lists import Lists
from evercart.labels.outcomes import Gains
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


SHOP = Gains((("view", 0.25), ("order", 1.0), ("feedback", -0.5)))


def gained(gains: Gains, rows: list[tuple[int, int, int]]) -> Turns:
    """Offer 6, 7, 8 to a shopper; step over (kind, item, amount) rows; let the next question end the list."""
    woven = Events.of(
        kind=[7, *(kind for kind, _, _ in rows), 7],
        logged_us=range(len(rows) + 2),
        session=[1] * (len(rows) + 2),
        item=[0, *(item for _, item, _ in rows), 0],
        amount=[0, *(amount for _, _, amount in rows), 0],
        number=[0, *[-1] * len(rows), 1],
    )
    offered = np.array([0, 0, 0]), np.array([6, 7, 8], np.uint64), np.zeros((3, 1), np.float32)
    fold = Lists(1, kind="order", several=True, gains=gains)
    return fold.step(fold.start(), (woven, offered))[1]


def test_each_item_counts_its_best_outcome() -> None:
    turns = gained(SHOP, [(1, 6, 0), (2, 7, 0), (1, 7, 0), (1, 9, 0), (2, 9, 0)])
    assert turns.y[turns.what == SETTLED].tolist() == [0.25, 1.0, 0.0]
    assert turns.y[turns.what == MISSED].tolist() == [1.0]


def test_what_is_taken_back_counts_less() -> None:
    turns = gained(SHOP, [(2, 6, 0), (9, 6, 0), (9, 7, 0), (2, 7, 0), (2, 9, 0), (9, 9, 0), (9, 5, 0)])
    assert turns.y[turns.what == SETTLED].tolist() == [0.5, 1.0, 0.0]  # what comes back before was bought before
    assert turns.y[turns.what == MISSED].tolist() == [0.5]


def test_a_list_of_which_all_was_taken_back_is_abandoned() -> None:
    assert gained(SHOP, [(1, 6, 0), (9, 6, 0)]).what.tolist() == [ASKED, ASKED, ASKED, ABANDONED]


def test_what_is_taken_back_does_not_keep_a_list_waiting() -> None:
    woven = Events.of(
        kind=[7, 2, 9, 1], logged_us=[0, 1, 3, 5], session=[1, 1, 1, 2], item=[0, 6, 6, 6], number=[0, -1, -1, -1]
    )
    offered = np.array([0]), np.array([6], np.uint64), np.zeros((1, 1), np.float32)
    fold = Lists(1, several=True, gains=SHOP, window_s=3e-6)
    turns = fold.step(fold.start(), (woven, offered))[1]
    assert turns.y[turns.what == SETTLED].tolist() == [0.5]


def test_answers_may_weigh_what_they_bring() -> None:
    turns = gained(Gains(SHOP.worth, value="amount", usual=100), [(2, 6, 300), (2, 7, 50), (1, 8, missing("amount"))])
    assert turns.y[turns.what == SETTLED].tolist() == [3.0, 0.5, 0.25]


def test_of_many_that_were_no_candidates_each_counts() -> None:
    turns = gained(SHOP, [(2, 100 + at, 0) for at in range(80)])
    assert turns.y[turns.what == MISSED].tolist() == [80.0]


def test_gains_want_several_answers() -> None:
    with pytest.raises(UserError, match=r"^lists\.gains: expected several answers, got 'one'$"):
        Lists(1, gains=SHOP)


def test_a_list_longer_than_said_is_refused() -> None:
    with pytest.raises(UserError, match=r"^lists\.longest: expected at least 3 candidates, got 2$"):
        told(Lists(1, longest=2), [(1, 5, 0, [6, 7, 8])])
