"""ByKey: the mean of each key's own labels, drawn towards the mean of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.learner import working_order
from evercart.learners.mean import add_label


class Totals(NamedTuple):
    """Sums over the labels of all, of each slot of keys."""

    sums: NDArray[np.float64]  # (1 + slots, 2) of weight, of weight * label; row 0 is all


@dataclass(frozen=True)
class ByKey:
    """What a shopper did before, he will do again: the simplest personal guess.

    prior         the guess before any label
    strength      how many labels the mean of all is worth against a key's own
    slots         keys are hashed into so many; keys that share a slot share their mean
    """

    prior: float = 0.5
    strength: float = 5.0
    slots: int = 1 << 16
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.strength > 0, "by_key.strength", "more than 0", self.strength)
        require(self.slots >= 1, "by_key.slots", "at least 1", self.slots)

    def start(self) -> Totals:
        """Return no labels."""
        return Totals(np.zeros((1 + self.slots, 2)))

    def step(self, state: Totals, turns: Turns) -> tuple[Totals, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        order = working_order(turns.tick, turns.what)
        labels = (turns.y, turns.was, turns.weight)
        return state, _walk(self.prior, self.strength, state.sums, order, turns.what, labels, turns.key)

    def peek(self, state: Totals, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]


@kernel
def _walk(
    prior: float,
    strength: float,
    sums: NDArray[np.float64],
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    labels: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    key: NDArray[np.uint64],
) -> NDArray[np.float64]:
    y, was, weight = labels
    slots = U64(len(sums) - 1)
    guesses = np.full(len(what), np.nan)
    for row in order:
        own = sums[1 + int(key[row] % slots)]
        if what[row] == ASKED:
            common = (sums[0, 1] + prior) / (sums[0, 0] + 1.0)
            guesses[row] = (own[1] + strength * common) / (own[0] + strength)
        else:
            add_label(sums[0], y[row], was[row], weight[row])
            add_label(own, y[row], was[row], weight[row])
    return guesses
