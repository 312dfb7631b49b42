"""Tally: what the racers lost since the reign began, in all, by slice, by height of guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.bins import BINS, COUNT, GUESSES, LABELS, bin_of
from evercart.evaluate.losses import Loss, loss_of
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.kernel import kernel


class Sums(NamedTuple):
    """Sums over all judged questions."""

    n: NDArray[np.int64]  # (slices,)
    loss: NDArray[np.float64]  # (slices, racers)
    square: NDArray[np.float64]  # (slices, racers) of the loss of the champion, less that of each racer
    hist: NDArray[np.float64]  # (racers, 3, BINS): see `bins`


@dataclass(frozen=True)
class Tally:
    """What is summed about the racers of one reign.

    racers    the champion first, in the order of the columns of `Scored.guesses`
    slices    names of the slices, in the order of their numbers

    The packed state is 24 KiB a racer, with 8 + 16 * racers bytes a slice.
    """

    racers: tuple[str, ...]
    loss: Loss
    slices: tuple[str, ...] = ("all",)

    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.racers) > 0, "tally.racers", "at least one racer", self.racers)
        require(len(self.slices) > 0, "tally.slices", "at least one slice", self.slices)

    def start(self) -> Sums:
        """Return sums over no questions."""
        slices, racers = len(self.slices), len(self.racers)
        sums = np.zeros((slices, racers))
        return Sums(np.zeros(slices, np.int64), sums, sums.copy(), np.zeros((racers, 3, BINS)))

    def step(self, state: Sums, batch: Scored) -> tuple[Sums, None]:
        """Add judged questions; nothing is said."""
        measure = (self.loss.kind == "binary", self.loss.code, self.loss.level)
        _add(state, *measure, batch.y, batch.slice, batch.guesses)
        return state, None


@kernel
def _add(
    into: Sums,
    binary: bool,
    loss: int,
    level: float,
    y: NDArray[np.float64],
    slices: NDArray[np.int16],
    guesses: NDArray[np.float64],
) -> None:
    for i in range(len(y)):
        at = slices[i]
        into.n[at] += 1
        champion = loss_of(loss, level, y[i], guesses[i, 0])
        for racer in range(guesses.shape[1]):
            lost = loss_of(loss, level, y[i], guesses[i, racer])
            into.loss[at, racer] += lost
            into.square[at, racer] += (champion - lost) * (champion - lost)
            bar = bin_of(guesses[i, racer], binary)
            into.hist[racer, COUNT, bar] += 1.0
            into.hist[racer, LABELS, bar] += y[i]
            into.hist[racer, GUESSES, bar] += guesses[i, racer]
