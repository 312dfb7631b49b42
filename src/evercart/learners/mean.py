"""Mean: the running mean of the labels, for all questions alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.learner import working_order
from evercart.learners.reasons.parts import Parts


class Total(NamedTuple):
    """Sums over the labels."""

    sums: NDArray[np.float64]  # (2,) of weight, of weight * label


@dataclass(frozen=True)
class Mean:
    """The least that any learner must beat: the base rate of yes, or the mean of a sum.

    prior         the guess before any label
    strength      how many labels the prior is worth
    """

    prior: float = 0.5
    strength: float = 1.0
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.strength > 0, "mean.strength", "more than 0", self.strength)

    def start(self) -> Total:
        """Return no labels."""
        return Total(np.zeros(2))

    def step(self, state: Total, turns: Turns) -> tuple[Total, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        order = working_order(turns.tick, turns.what)
        labels = (turns.y, turns.was, turns.weight)
        return state, _walk(self.prior, self.strength, state.sums, order, turns.what, labels)

    def peek(self, state: Total, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def parts(self, state: Total, turns: Turns) -> Parts:
        """Return the mean itself: no column adds to it."""
        return Parts((), self.peek(state, turns), np.zeros((len(turns), 0)))


@kernel
def add_label(sums: NDArray[np.float64], y: float, was: float, weight: float) -> None:
    """Count a label; one that corrects another adds no weight, what was never answered adds nothing."""
    if np.isnan(y):
        return
    if np.isnan(was):
        sums[0] += weight
        sums[1] += weight * y
    else:
        sums[1] += weight * (y - was)


@kernel
def _walk(
    prior: float,
    strength: float,
    sums: NDArray[np.float64],
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    y, was, weight = labels
    guesses = np.full(len(what), np.nan)
    for row in order:
        if what[row] == ASKED:
            guesses[row] = (sums[1] + strength * prior) / (sums[0] + strength)
        else:
            add_label(sums, y[row], was[row], weight[row])
    return guesses
