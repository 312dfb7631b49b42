"""A learner is asked without being moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evercart.labels.turns import ASKED
from evercart.learners.mean import Mean
from evercart.learners.peeking import Peeking, peek
from evercart.testing import Turned


@dataclass(frozen=True)
class Counting:
    """A learner that counts the questions it was asked, and says how many there were before this tick."""

    grain: ClassVar[str] = "tick"

    def start(self) -> Any:
        return (np.zeros(1),)

    def step(self, state: Any, turns: Any) -> Any:
        guesses = np.full(len(turns), state[0][0])
        state[0][0] += len(turns)
        return state, guesses


def test_one_without_a_way_of_its_own_is_asked_through_a_copy() -> None:
    turns = Turned(tick_events=2).draw(1, 60, ())
    questions = turns.rows(turns.what == ASKED)
    assert len(np.unique(questions.tick)) > 3
    state = (np.array([5.0]),)
    assert peek(Counting(), state, questions).tolist() == [5.0] * len(questions)  # type: ignore[arg-type]
    assert state[0][0] == 5.0


def test_nothing_is_said_where_nothing_is_asked() -> None:
    none = Turned().draw(1, 9, ()).rows(slice(0, 0))
    assert peek(Mean(), Mean().start(), none).tolist() == []
    assert peek(Counting(), Counting().start(), none).tolist() == []  # type: ignore[arg-type]


def test_which_have_one() -> None:
    assert isinstance(Mean(), Peeking)
    assert not isinstance(Counting(), Peeking)
