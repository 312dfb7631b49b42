"""Scaled: numbers standardised by running statistics before a learner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, number_places, tick_stop, with_x
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

S = TypeVar("S")


class Moments(NamedTuple, Generic[S]):
    """How the numbers were spread so far, beside the learner's own state."""

    seen: NDArray[np.float64]  # (numbers, 3) count, mean, sum of squared distances from the mean
    learner: S


@dataclass(frozen=True)
class Scaled(Generic[S]):
    """A learner that sees (value - mean) / standard deviation in the number columns.

    columns       what the columns of X mean, all of them
    use           the number columns to scale; None: all
    most          a value further out, in standard deviations, is pulled in to there

    The statistics are of the questions of earlier ticks, which have been guessed. A label's row is scaled as the
    statistics stand at its own tick, not as when it was asked: the weights that it moves will be read on today's
    scale, so its gradient is taken there; and no scale needs to be kept for each open question. A value that is
    NaN is not counted, stays NaN. Until a column had two different values it says 0.

    Source: Welford, "Note on a method for calculating corrected sums of squares and products", 1962.
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    use: tuple[str, ...] | None = None
    most: float = 10.0
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.most > 0, "scaled.most", "more than 0", self.most)
        _ = self.places

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Return the places of the columns it scales, (numbers,)."""
        return number_places(self.columns, self.use)

    def start(self) -> Moments[S]:
        """Return statistics of nothing, with the learner's first state."""
        return Moments(np.zeros((len(self.places), 3)), self.learner.start())

    def eased(self, state: Moments[S], keep: float) -> Moments[S]:
        """Return the learner inside eased; the statistics stay."""
        return Moments(state.seen, eased(self.learner, state.learner, keep))

    def step(self, state: Moments[S], turns: Turns) -> tuple[Moments[S], NDArray[np.float64]]:
        """Scale, guess, learn, tick by tick."""
        x = turns.x.astype(np.float32)
        _scale(self.places, self.most, state.seen, turns.tick, turns.what, x)
        inner, guesses = self.learner.step(state.learner, with_x(turns, x))
        return Moments(state.seen, inner), guesses

    def peek(self, state: Moments[S], turns: Turns) -> NDArray[np.float64]:
        """Return guesses by the statistics so far."""
        return peek(self.learner, state.learner, with_x(turns, self.scaled(state.seen, turns.x)))

    def parts(self, state: Moments[S], turns: Turns) -> Parts:
        """Return the learner's parts: a number that is as usual adds nothing."""
        return parts(self.learner, state.learner, with_x(turns, self.scaled(state.seen, turns.x)))

    def scaled(self, seen: NDArray[np.float64], x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows x, (rows, columns), as the learner sees them by statistics as they stand, (numbers, 3)."""
        x, still = x.astype(np.float32), np.zeros(len(x), np.int64)
        _scale(self.places, self.most, seen.copy(), still, still.astype(np.int8), x)
        return x


@kernel
def _scale(
    places: NDArray[np.int64],
    most: float,
    seen: NDArray[np.float64],
    tick: NDArray[np.int64],
    what: NDArray[np.int8],
    x: NDArray[np.float32],
) -> None:
    """Scale x in place: a tick's rows by the statistics from before it."""
    start = 0
    while start < len(tick):
        stop = tick_stop(tick, start)
        for at in range(len(places)):
            column = places[at]
            count, mean, squares = seen[at, 0], seen[at, 1], seen[at, 2]
            deviation = np.sqrt(squares / count) if squares > 0.0 else 0.0
            for row in range(start, stop):
                value = np.float64(x[row, column])
                if what[row] == ASKED and np.isfinite(value):
                    seen[at, 0] += 1.0
                    away = value - seen[at, 1]
                    seen[at, 1] += away / seen[at, 0]
                    seen[at, 2] += away * (value - seen[at, 1])
                if not np.isnan(value):
                    x[row, column] = min(max((value - mean) / deviation, -most), most) if deviation > 0.0 else 0.0
        start = stop
