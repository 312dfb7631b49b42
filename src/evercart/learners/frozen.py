"""Frozen: a control that stops learning at a stated time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.fold import Grain, clone
from evercart.labels.turns import ASKED, Turns
from evercart.learners.learner import Learner, unsaid
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

S = TypeVar("S")


@dataclass(frozen=True)
class Frozen(Generic[S]):
    """A learner that learns the ticks which end before `learn_us`, then answers as it stood.

    Nothing thaws it: running statistics of wrappers inside stand still, too (see `still`).
    """

    learner: Learner[S]
    learn_us: int
    grain: ClassVar[Grain] = "tick"

    def start(self) -> S:
        """Return the learner's own first state."""
        return self.learner.start()

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess; learn while it is time."""
        guesses = unsaid(self.learner, len(turns))
        first = ended_before(turns, self.learn_us)
        if first:
            state, guesses[:first] = self.learner.step(state, turns.rows(slice(0, first)))
        guesses[first:] = still(self.learner, state, turns.rows(slice(first, None)))
        return state, guesses

    def peek(self, state: S, turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses, before the time as after it."""
        return peek(self.learner, state, turns)

    def parts(self, state: S, turns: Turns) -> Parts:
        """Return the learner's parts."""
        return parts(self.learner, state, turns)


def ended_before(turns: Turns, us: int) -> int:
    """Return how many of the rows, the first ones, stand in ticks that end before a time."""
    late = np.flatnonzero(turns.us >= us)
    return int(np.searchsorted(turns.tick, turns.tick[late[0]])) if len(late) else len(turns)


def still(learner: Learner[S], state: S, turns: Turns) -> NDArray[np.float64]:
    """Return what a learner says while nothing of it moves, (rows,); NaN where nothing was asked.

    The questions are put to a copy of the state, as if they stood in one tick, in which neither weights nor
    statistics move.
    """
    guesses = unsaid(learner, len(turns))
    asked = np.flatnonzero(turns.what == ASKED)
    if len(asked):
        _, guesses[asked] = learner.step(clone(state), one_tick(turns.rows(asked)))
    return guesses


def one_tick(turns: Turns) -> Turns:
    """Return the turns as if they stood in one tick, in which nothing moves before all is asked."""
    columns: dict[str, Any] = {**vars(turns), "tick": np.zeros_like(turns.tick)}
    return Turns(**columns)
