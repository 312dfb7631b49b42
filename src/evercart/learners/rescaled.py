"""Rescaled: labels measured by their own running size inside a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, tick_stop
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

S = TypeVar("S")


class Sized(NamedTuple, Generic[S]):
    """How large the labels were, beside the learner's own state."""

    seen: NDArray[np.float64]  # (2,) count, mean of squares
    learner: S


@dataclass(frozen=True)
class Rescaled(Generic[S]):
    """A learner of y / r, whose guesses are multiplied by r: the root of the mean square of the labels so far.

    So that one set of rates serves cents as it serves euros, a grocer as a jeweller. A tick's guesses come with
    the size from before it; its labels are learned with the size that counts them in, or the first label would
    be learned on no scale at all. Until a label was not 0, r is 1.
    """

    learner: Learner[S]
    grain: ClassVar[Grain] = "tick"

    def start(self) -> Sized[S]:
        """Return the size of nothing, with the learner's first state."""
        return Sized(np.zeros(2), self.learner.start())

    def eased(self, state: Sized[S], keep: float) -> Sized[S]:
        """Return the learner inside eased; the statistics stay."""
        return Sized(state.seen, eased(self.learner, state.learner, keep))

    def step(self, state: Sized[S], turns: Turns) -> tuple[Sized[S], NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        size = _sizes(state.seen, turns.tick, turns.what, turns.y)
        columns: dict[str, Any] = {**vars(turns), "y": turns.y / size, "was": turns.was / size}
        inner, guesses = self.learner.step(state.learner, Turns(**columns))
        return Sized(state.seen, inner), guesses * size

    def peek(self, state: Sized[S], turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses, multiplied by the size so far."""
        return peek(self.learner, state.learner, turns) * _size(state.seen)

    def parts(self, state: Sized[S], turns: Turns) -> Parts:
        """Return the learner's parts, multiplied by the size so far."""
        return parts(self.learner, state.learner, turns).plain().times(_size(state.seen))


@kernel
def _sizes(
    seen: NDArray[np.float64], tick: NDArray[np.int64], what: NDArray[np.int8], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the size that each row is measured by, (rows,)."""
    sizes = np.empty(len(tick))
    start = 0
    while start < len(tick):
        stop = tick_stop(tick, start)
        before = _size(seen)
        for row in range(start, stop):
            if what[row] == SETTLED and np.isfinite(y[row]):
                seen[0] += 1.0
                seen[1] += (y[row] * y[row] - seen[1]) / seen[0]
        after = _size(seen)
        for row in range(start, stop):
            sizes[row] = before if what[row] == ASKED else after
        start = stop
    return sizes


@kernel
def _size(seen: NDArray[np.float64]) -> float:
    return float(np.sqrt(seen[1])) if seen[1] > 0.0 else 1.0
