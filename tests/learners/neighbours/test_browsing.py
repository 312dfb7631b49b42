"""The source of candidates for a session's next item."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import log, random_log

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import clone, fingerprint
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import starts
from evercart.units import SECOND_US


def test_a_question_gets_as_many_as_are_offered_best_first() -> None:
    fold = Browsing(offered=4, hops=4)
    _, out = fold.step(fold.start(), random_log(300, 1))
    sizes = np.diff(starts(out.question))
    assert sizes.max() == 4
    for first, last in zip(starts(out.question)[:-1], starts(out.question)[1:], strict=True):
        assert out.rank[first:last].tolist() == list(range(last - first))
        assert (np.diff(out.score[first:last]) <= 0).all()
        assert len(set(out.item[first:last].tolist())) == last - first


def test_fewer_offered_are_the_first_of_more() -> None:
    many, few = Browsing(offered=8, hops=2), Browsing(offered=2, hops=2)
    _, all_of_them = many.step(many.start(), random_log(300, 2))
    _, some = few.step(few.start(), random_log(300, 2))
    first = all_of_them.rank < 2
    assert all_of_them.item[first].tolist() == some.item.tolist()


def test_questions_are_answered_from_what_came_before_them() -> None:
    rows = [(1, 10, 0), (1, 11, 1), (2, 10, 2), (2, -10, 2), (2, 12, 3), (3, 10, 4), (3, -10, 4)]
    fold = Browsing(hops=0, listed=0)
    _, out = fold.step(fold.start(), log(rows))
    assert out.item[out.question == 0].tolist() == [11]
    assert set(out.item[out.question == 1].tolist()) == {11, 12}


def test_an_erased_person_leaves_the_state_of_a_log_with_tombstones() -> None:
    rows = random_log(200, 4)
    gone = (rows["session"] == 3) & (rows["number"] < 0)
    columns = dict(rows.columns)
    for name in ("session", "item", "kind"):
        columns[name] = np.where(gone, columns[name].dtype.type(0), columns[name])
    fold = Browsing(keep_s=1000)
    buried, _ = fold.step(fold.start(), Events(columns))
    never, _ = fold.step(fold.start(), rows.rows(~gone))
    assert fingerprint(buried) == fingerprint(never)


@pytest.mark.parametrize("keep_s", [40, 10_000])
def test_a_peek_says_what_a_step_would_while_the_state_stays(keep_s: float) -> None:
    fold, rows = Browsing(keep_s=keep_s), random_log(300, 5)
    state, _ = fold.step(fold.start(), rows)
    last, us = len(rows) - 1, int(rows.logged_us[-1])
    for session, later_us in ((int(rows["session"][last]), 0), (7, 30 * SECOND_US), (999, 60 * SECOND_US)):
        question = Events.of(kind=[7], logged_us=[us + later_us], session=[session], item=[3], number=[0])
        before = fingerprint(state)
        peeked = fold.peek(state, question)
        assert fingerprint(state) == before
        stepped = fold.step(clone(state), question)[1]
        assert len(stepped) > 0 or later_us > keep_s * SECOND_US
        for name in ("question", "item", "score", "rank", "x"):
            assert getattr(peeked, name).tobytes() == getattr(stepped, name).tobytes()


def test_only_questions_are_peeked_at() -> None:
    fold = Browsing()
    with pytest.raises(UserError, match=r"^browsing\.peek: expected questions alone, got '1 other rows'$"):
        fold.peek(fold.start(), log([(1, 5, 0)]))


def test_clicks_without_session_or_item_are_passed_over() -> None:
    fold = Browsing()
    state, _ = fold.step(fold.start(), log([(0, 5, 0), (1, 0, 1)]))
    assert fingerprint(state) == fingerprint(fold.start())


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"kind": "glance"}, r"^kind: expected one of .*, got 'glance'$"),
        ({"by": "amount"}, r"^browsing\.by: expected a hashed column, got 'amount'$"),
        ({"keep_s": 0}, r"^browsing\.keep_s: expected more than 0, got 0$"),
        ({"newest": 0}, r"^browsing\.newest: expected 1 to 4096, got 0$"),
        ({"anchors": 65}, r"^browsing\.anchors: expected 1 to 64, got 65$"),
        ({"fading": 1.5}, r"^browsing\.fading: expected more than 0, at most 1, got 1\.5$"),
        ({"hops": 65}, r"^browsing\.hops: expected 0 to `offered`, got 65$"),
        ({"offered": 0, "hops": 0}, r"^browsing\.offered: expected 1 to 1000, got 0$"),
        ({"most": 0}, r"^browsing\.most: expected 1 to 2\^31 - 1, got 0$"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=text):
        Browsing(**given)
