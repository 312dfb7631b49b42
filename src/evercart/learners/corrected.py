"""Corrected: a learner of what a forecast in X misses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, number_places
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, names_of, parts

S = TypeVar("S")


@dataclass(frozen=True)
class Corrected(Generic[S]):
    """A learner of y minus a number column, which is added to its guesses: without a label the forecast stands.

    So a model that knows much from the first day on is not learned anew from labels that come months later.

    forecast    the name of the column, in the unit of the label; what is not finite there counts as 0
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    forecast: str
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        number_places(self.columns, [self.forecast])

    @cached_property
    def _place(self) -> int:
        return chosen(self.columns, [self.forecast])[0]

    def start(self) -> S:
        """Return the learner's first state."""
        return self.learner.start()

    def eased(self, state: S, keep: float) -> S:
        """Return the learner inside eased."""
        return eased(self.learner, state, keep)

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        forecast = self._forecast(turns)
        columns: dict[str, Any] = {**vars(turns), "y": turns.y - forecast, "was": turns.was - forecast}
        state, guesses = self.learner.step(state, Turns(**columns))
        return state, guesses + forecast

    def peek(self, state: S, turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses with the forecast."""
        return peek(self.learner, state, turns) + self._forecast(turns)

    def parts(self, state: S, turns: Turns) -> Parts:
        """Return the learner's parts with the forecast, which is its own column's."""
        each = np.zeros(turns.x.shape)
        each[:, self._place] = self._forecast(turns)
        forecast = Parts(names_of(self.columns), np.zeros(len(turns)), each)
        return forecast.plus(parts(self.learner, state, turns))

    def _forecast(self, turns: Turns) -> NDArray[np.float64]:
        said = turns.x[:, self._place].astype(np.float64)
        return np.where(np.isfinite(said), said, 0.0)
