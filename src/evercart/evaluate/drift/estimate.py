"""Estimate: what a racer's guesses will cost, before any label says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.bins import BINS, bin_of
from evercart.evaluate.losses import Loss, log_loss, loss_of
from evercart.evaluate.race import Race, RaceState
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.labels.values import Values

_WIDE: Final = 16  # bins of a guess to a cell of the calibration: 0.375 logits
_CELLS: Final = BINS // _WIDE
_COUNT, _LABELS = 0, 1


class Calibration(NamedTuple):
    """How often each guess came true."""

    race: RaceState
    learned: NDArray[np.float64]  # (2, _CELLS) judged questions, their labels; fading
    in_use: NDArray[np.float64]  # (2, _CELLS) as it stood when the span began
    asked: NDArray[np.int64]  # (1,) questions of the span so far


@dataclass(frozen=True)
class Estimate:
    """Hand out, for each question as it is asked, the loss to expect of its guess.

    racer    whose guesses
    loss     of a label that is 0 or 1
    span     questions between two looks at what was judged; the calibration in between stands still
    keep     share of the past that stays from span to span
    prior    judged questions that a guess itself counts as, in its cell

    The guess p is recalibrated to c, the share of labels 1 among the judged questions whose guesses were alike; then
    c * loss(1, p) + (1 - c) * loss(0, p) is expected. It sees what moves the guesses. It cannot see that the truth
    behind equal features has changed: labels alone show that. What it says may be given to `Adwin`, or set beside
    the losses judged since.

    Source: Bialek, Kuberski, Perrakis and Bifet, "Estimating model performance under covariate shift without
    labels", 2024; Zadrozny and Elkan, "Obtaining calibrated probability estimates from decision trees and naive
    Bayesian classifiers", ICML 2001 (the histogram).
    """

    racer: str
    loss: Loss = log_loss
    span: int = 4096
    keep: float = 0.98
    prior: float = 20.0
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.loss.kind == "binary", "estimate.loss", "a loss of labels that are 0 or 1", self.loss.name)
        require(self.span >= 1, "estimate.span", "at least 1", self.span)
        require(0 < self.keep <= 1, "estimate.keep", "more than 0 and at most 1", self.keep)
        require(self.prior > 0, "estimate.prior", "more than 0", self.prior)

    @cached_property
    def _race(self) -> Race:
        return Race((self.racer,))

    def start(self) -> Calibration:
        """Return the trust that guesses are what they say."""
        cells = np.zeros((2, _CELLS))
        return Calibration(self._race.start(), cells, cells.copy(), np.zeros(1, np.int64))

    def step(
        self, state: Calibration, batch: tuple[Turns, Mapping[str, NDArray[np.float64]]]
    ) -> tuple[Calibration, Values]:
        """Return the loss expected of each question asked, at its offset.

        batch    turns with, by racer, (rows of turns,) guesses, as a race takes them
        """
        turns, by_name = batch
        require(self.racer in by_name, "estimate.racer", "one of " + " ".join(by_name), self.racer)
        guess = by_name[self.racer]
        asked = np.flatnonzero(turns.what == ASKED)
        expected, at, done = np.empty(len(asked)), 0, 0
        while at < len(turns):
            last = done + self.span - int(state.asked[0])  # this span's questions end before asked[last]
            stop = int(asked[last]) if last < len(asked) else len(turns)
            state = self._judge(state, turns.rows(slice(at, stop)), {self.racer: guess[at:stop]})
            more = int(np.searchsorted(asked, stop)) - done
            said = guess[asked[done : done + more]]
            expected[done : done + more] = _expected(state.in_use, said, self.loss.code, self.loss.level, self.prior)
            state.asked[0] += more
            at, done = stop, done + more
            if stop < len(turns):
                self._turn_over(state)
        return state, Values(turns.offset[asked], turns.us[asked], expected)

    def _judge(self, state: Calibration, turns: Turns, guesses: Mapping[str, NDArray[np.float64]]) -> Calibration:
        race, scored = self._race.step(state.race, (turns, guesses))
        _learn(state.learned, scored.y, np.ascontiguousarray(scored.guesses[:, 0]))
        return state._replace(race=race)

    def _turn_over(self, state: Calibration) -> None:
        state.in_use[:] = state.learned
        state.learned[:] *= self.keep
        state.asked[0] = 0


@kernel
def _cell(guess: float) -> int:
    return int(bin_of(guess, True) // _WIDE)


@kernel
def _learn(learned: NDArray[np.float64], y: NDArray[np.float64], guess: NDArray[np.float64]) -> None:
    for i in range(len(y)):
        at = _cell(guess[i])
        learned[_COUNT, at] += 1.0
        learned[_LABELS, at] += y[i]


@kernel
def _expected(
    in_use: NDArray[np.float64], guess: NDArray[np.float64], loss: int, level: float, prior: float
) -> NDArray[np.float64]:
    out = np.empty(len(guess))
    for i in range(len(guess)):
        p, at = guess[i], _cell(guess[i])
        c = (in_use[_LABELS, at] + prior * p) / (in_use[_COUNT, at] + prior)
        out[i] = c * loss_of(loss, level, 1.0, p) + (1.0 - c) * loss_of(loss, level, 0.0, p)
    return out
