"""What all sources of candidates do alike."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.learners.neighbours.board import PRIOR, board, row_of
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.content import Content
from evercart.learners.neighbours.embedded import Embedded
from evercart.learners.neighbours.offering import Columns, given, of_kind, offering, peeked, put, require_source
from evercart.learners.neighbours.popular import Popular
from evercart.learners.neighbours.repeats import Repeats

WOVEN = Events.of(
    kind=[1, 7, kind_number("item"), 7],
    logged_us=[3, 4, 5, 6],
    session=[9, 9, 0, 8],
    item=[2, 2, 3, 0],
    number=[-1, 0, -1, 1],
)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (("look", "session", 1), "kind: expected one of"),
        (("view", "amount", 1), "mine.by: expected a hashed column, got 'amount'"),
        (("view", "session", 0), "mine.offered: expected 1 to 1000, got 0"),
        (("view", "session", 1001), "mine.offered: expected 1 to 1000, got 1001"),
    ],
)
def test_settings_that_no_source_could_have(settings: Any, text: str) -> None:
    with pytest.raises(UserError, match=re.escape(text)):
        require_source("mine", *settings)


def test_what_kernels_read() -> None:
    number, kind, us, by, item = given(WOVEN, "session")
    assert (number.tolist(), kind.tolist(), us.tolist()) == ([-1, 0, -1, 1], WOVEN.kind.tolist(), [3, 4, 5, 6])
    assert (by.tolist(), item.tolist()) == ([9, 9, 0, 8], [2, 2, 3, 0])
    assert (of_kind(WOVEN, "view"), of_kind(WOVEN, "view", "item"), of_kind(WOVEN)) == (1, 2, 0)


def test_a_kernel_writes_into_the_room_there_is() -> None:
    rooms = []

    def write(columns: Columns) -> int:
        rooms.append([len(column) for column in columns])
        scores, best = board(1), np.array([1, 0], np.int32)
        for slot in (0, 1):
            scores.score[row_of(scores, slot), PRIOR] = slot
        return put(scores, PRIOR, best, 2, np.array([50, 51], np.uint64), 7, columns, 0)

    out = offering(WOVEN, 3, 2, write)
    assert rooms == [[6] * 5]
    assert (out.question.tolist(), out.item.tolist()) == ([7, 7], [51, 50])
    assert (out.score.tolist(), out.rank.tolist(), out.x.shape) == ([1, 0], [0, 1], (2, 2))
    assert len(offering(WOVEN.rows(slice(0)), 3, 2, lambda _: 0)) == 0


class Counting:
    """A source whose state is how often it was stepped."""

    def step(self, state: Any, questions: Events) -> tuple[Any, Candidates]:
        """Count in place."""
        state += 1
        return state, Candidates.room(0, 0)


def test_a_peek_leaves_the_state_where_something_is_due() -> None:
    state, questions = np.zeros(1), WOVEN.rows(WOVEN["number"] >= 0)
    peeked("mine", Counting(), state, questions, is_due=True)
    assert state[0] == 0
    peeked("mine", Counting(), state, questions, is_due=False)
    assert state[0] == 1


@pytest.mark.parametrize("source", [Browsing(), Repeats(), Content(), Embedded(), Popular()])
def test_only_questions_are_peeked_at(source: Any) -> None:
    name = type(source).__name__.lower()
    with pytest.raises(UserError, match=rf"^{name}\.peek: expected questions alone, got '2 other rows'$"):
        source.peek(source.start(), WOVEN)
