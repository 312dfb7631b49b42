"""Imputed: missing numbers filled by running statistics before a learner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, Generic, Literal, NamedTuple, TypeVar, get_args

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
from evercart.learners.typical import VALUES, see_frequent, see_mean, see_median, typical_frequent, typical_median

S = TypeVar("S")
How = Literal["mean", "median", "mode"]
_MEAN, _MEDIAN = 0, 1
HOW: Final[tuple[How, ...]] = get_args(How)
_WIDTH: Final = (2, 11, 2 * VALUES)  # numbers that each statistic keeps a column


class Filled(NamedTuple, Generic[S]):
    """What is typical of each number so far, beside the learner's own state."""

    seen: NDArray[np.float64]  # (numbers, as many as the statistic keeps)
    learner: S


@dataclass(frozen=True)
class Imputed(Generic[S]):
    """A learner that sees the mean, the median or the mode where a number is NaN.

    columns       what the columns of X mean, all of them
    how           "mean"; "median", estimated by five markers; "mode", among the 32 most frequent values
    use           the number columns to fill; None: all

    The statistics are of the questions of earlier ticks; before there were any, 0 is filled in.
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    how: How = "mean"
    use: tuple[str, ...] | None = None
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.how in HOW, "imputed.how", "one of " + " ".join(HOW), self.how)
        _ = self._places

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return number_places(self.columns, self.use)

    def start(self) -> Filled[S]:
        """Return statistics of nothing, with the learner's first state."""
        return Filled(np.zeros((len(self._places), _WIDTH[HOW.index(self.how)])), self.learner.start())

    def eased(self, state: Filled[S], keep: float) -> Filled[S]:
        """Return the learner inside eased; the statistics stay."""
        return Filled(state.seen, eased(self.learner, state.learner, keep))

    def step(self, state: Filled[S], turns: Turns) -> tuple[Filled[S], NDArray[np.float64]]:
        """Fill in, guess, learn, tick by tick."""
        x = turns.x.astype(np.float32)
        _fill(self._places, HOW.index(self.how), state.seen, turns.tick, turns.what, x)
        inner, guesses = self.learner.step(state.learner, with_x(turns, x))
        return Filled(state.seen, inner), guesses

    def peek(self, state: Filled[S], turns: Turns) -> NDArray[np.float64]:
        """Return guesses, with what is typical so far filled in."""
        return peek(self.learner, state.learner, self._filled(state, turns))

    def parts(self, state: Filled[S], turns: Turns) -> Parts:
        """Return the learner's parts, with what is typical so far filled in."""
        return parts(self.learner, state.learner, self._filled(state, turns))

    def _filled(self, state: Filled[S], turns: Turns) -> Turns:
        x, how = turns.x.astype(np.float32), HOW.index(self.how)
        _fill(self._places, how, state.seen.copy(), np.zeros_like(turns.tick), turns.what, x)
        return with_x(turns, x)


@kernel
def _fill(
    places: NDArray[np.int64],
    how: int,
    seen: NDArray[np.float64],
    tick: NDArray[np.int64],
    what: NDArray[np.int8],
    x: NDArray[np.float32],
) -> None:
    """Fill x in place: a tick's rows by the statistics from before it."""
    start = 0
    while start < len(tick):
        stop = tick_stop(tick, start)
        for at in range(len(places)):
            typical = _typical(how, seen[at])
            for row in range(start, stop):
                value = np.float64(x[row, places[at]])
                if np.isnan(value):
                    x[row, places[at]] = typical
                elif what[row] == ASKED and np.isfinite(value):
                    _see(how, seen[at], value)
        start = stop


@kernel
def _typical(how: int, seen: NDArray[np.float64]) -> float:
    if how == _MEAN:
        return float(seen[1])
    return typical_median(seen) if how == _MEDIAN else typical_frequent(seen)


@kernel
def _see(how: int, seen: NDArray[np.float64], value: float) -> None:
    if how == _MEAN:
        see_mean(seen, value)
    elif how == _MEDIAN:
        see_median(seen, value)
    else:
        see_frequent(seen, value)
