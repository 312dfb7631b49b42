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
from evercart.evaluate.drift.watched import released
from evercart.evaluate.losses import Loss, log_loss, loss_of
from evercart.evaluate.race import Race, RaceState
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.labels.values import Values

_WIDE: Final = 16  # bins of a guess to a cell of the calibration: 0.375 logits
_CELLS: Final = BINS // _WIDE
_COUNT, _LABELS, _SUM = 0, 1, 1


class Cells(NamedTuple):
    """How often each guess came true."""

    learned: NDArray[np.float64]  # (2, _CELLS) judged questions, their labels; fading
    in_use: NDArray[np.float64]  # (2, _CELLS) as it stood when the span began
    level: NDArray[np.float64]  # (2,) judged questions, up to a span; the sum of what was expected of them
    asked: NDArray[np.int64]  # (1,) questions of the span so far


class Calibration(NamedTuple):
    """What came true, beside the questions that are open."""

    race: RaceState
    cells: Cells


class Rule(NamedTuple):
    """How kernels know an estimate's settings."""

    loss: int
    level: float
    span: int
    keep: float
    prior: float


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

    @property
    def rule(self) -> Rule:
        """Return the settings."""
        return Rule(self.loss.code, self.loss.level, self.span, self.keep, self.prior)

    def start(self) -> Calibration:
        """Return the trust that guesses are what they say."""
        return Calibration(self._race.start(), no_cells())

    def step(
        self, state: Calibration, batch: tuple[Turns, Mapping[str, NDArray[np.float64]]]
    ) -> tuple[Calibration, Values]:
        """Return the loss expected of each question asked, at its offset.

        batch    turns with, by racer, (rows of turns,) guesses, as a race takes them
        """
        turns, by_name = batch
        require(self.racer in by_name, "estimate.racer", "one of " + " ".join(by_name), self.racer)
        guess = by_name[self.racer]
        race, scored = self._race.step(state.race, (turns, {self.racer: guess}))
        asked = np.flatnonzero(turns.what == ASKED)
        came = released(turns, scored.number), scored.y, np.ascontiguousarray(scored.guesses[:, 0])
        expected, _ = foretold(self.rule, state.cells, asked, guess[asked], *came)
        return Calibration(race, state.cells), Values(turns.offset[asked], turns.us[asked], expected)


def no_cells() -> Cells:
    """Return cells in which nothing was judged."""
    cells = np.zeros((2, _CELLS))
    return Cells(cells, cells.copy(), np.zeros(2), np.zeros(1, np.int64))


@kernel
def foretold(
    rule: Rule,
    cells: Cells,
    asked: NDArray[np.int64],
    guess: NDArray[np.float64],
    came: NDArray[np.int64],
    y: NDArray[np.float64],
    judged: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the loss expected of each question asked; of each judged, its loss had questions stayed as they were.

    asked     (questions,) rising rows at which questions were asked, guess: what was said
    came      (labels,) rows at which questions were judged, never falling; judged: what had been said

    The second is the loss, less what was expected of it, plus what was expected of a question of the first span;
    NaN until that is known. It moves when equal guesses come true less often, not when other questions are asked.
    """
    expected, even = np.empty(len(asked)), np.full(len(came), np.nan)
    at = 0
    for i in range(len(asked) + 1):
        while at < len(came) and (i == len(asked) or came[at] < asked[i]):
            if not np.isfinite(judged[at]):  # a racer that fell says no number
                at += 1
                continue
            due = _expected(rule, cells.in_use, judged[at])
            if cells.level[_COUNT] < rule.span:
                cells.level[_COUNT] += 1.0
                cells.level[_SUM] += due
            else:
                usual = cells.level[_SUM] / cells.level[_COUNT]
                even[at] = loss_of(rule.loss, rule.level, y[at], judged[at]) - due + usual
            cell = _cell(judged[at])
            cells.learned[_COUNT, cell] += 1.0
            cells.learned[_LABELS, cell] += y[at]
            at += 1
        if i < len(asked):
            if cells.asked[0] == rule.span:
                cells.in_use[:] = cells.learned
                cells.learned[:] *= rule.keep
                cells.asked[0] = 0
            cells.asked[0] += 1
            expected[i] = _expected(rule, cells.in_use, guess[i])
    return expected, even


@kernel
def _cell(guess: float) -> int:
    return int(bin_of(guess, True) // _WIDE)


@kernel
def _expected(rule: Rule, in_use: NDArray[np.float64], guess: float) -> float:
    if not np.isfinite(guess):
        return float(np.nan)
    at = _cell(guess)
    c = (in_use[_LABELS, at] + rule.prior * guess) / (in_use[_COUNT, at] + rule.prior)
    yes, no = loss_of(rule.loss, rule.level, 1.0, guess), loss_of(rule.loss, rule.level, 0.0, guess)
    return float(c * yes + (1.0 - c) * no)
