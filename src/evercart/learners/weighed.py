"""Weighed: labels that count more or less by a slot of their question."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

S = TypeVar("S")


@dataclass(frozen=True)
class Weighed(Generic[S]):
    """A learner whose labels are weighed by the slot in one column: what of several outcomes matters how much.

    columns    what the columns of X mean
    by         the name of a slot column
    weights    one a slot, from slot 0 on
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    by: str
    weights: tuple[float, ...]
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        slots = self.columns[self._place].slots
        require(
            len(self.weights) == slots, "weighed.weights", f"{slots} numbers, one a slot of {self.by}", self.weights
        )
        fine = all(0 <= one < np.inf for one in self.weights)
        require(fine, "weighed.weights", "finite numbers of at least 0", self.weights)

    @cached_property
    def _place(self) -> int:
        return chosen(self.columns, [self.by])[0]

    def start(self) -> S:
        """Return the learner's first state."""
        return self.learner.start()

    def eased(self, state: S, keep: float) -> S:
        """Return the learner inside eased."""
        return eased(self.learner, state, keep)

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        slot = np.clip(turns.x[:, self._place].astype(np.int64), 0, len(self.weights) - 1)
        columns: dict[str, Any] = {**vars(turns), "weight": turns.weight * np.array(self.weights)[slot]}
        return self.learner.step(state, Turns(**columns))

    def peek(self, state: S, turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses."""
        return peek(self.learner, state, turns)

    def parts(self, state: S, turns: Turns) -> Parts:
        """Return the learner's parts."""
        return parts(self.learner, state, turns)
