"""Transformed: labels on another scale inside a learner than outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

S = TypeVar("S")


@dataclass(frozen=True)
class Transformed(Generic[S]):
    """A learner of y * scale, whose guesses are divided by it: money in cents wants a scale of 0.0001 or so."""

    learner: Learner[S]
    scale: float
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(0 < self.scale < np.inf, "transformed.scale", "more than 0 and finite", self.scale)

    def start(self) -> S:
        """Return the learner's first state."""
        return self.learner.start()

    def eased(self, state: S, keep: float) -> S:
        """Return the learner inside eased."""
        return eased(self.learner, state, keep)

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        columns: dict[str, Any] = {**vars(turns), "y": turns.y * self.scale, "was": turns.was * self.scale}
        state, guesses = self.learner.step(state, Turns(**columns))
        return state, guesses / self.scale

    def peek(self, state: S, turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses, divided."""
        return peek(self.learner, state, turns) / self.scale

    def parts(self, state: S, turns: Turns) -> Parts:
        """Return the learner's parts, divided."""
        return parts(self.learner, state, turns).plain().times(1 / self.scale)
