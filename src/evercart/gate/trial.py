"""Trial: the evidence about all challengers of one champion, gathered over its reign."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.losses import Loss
from evercart.evaluate.metrics import calibration, calibration_error
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.gate.evidence import Evidence, Part
from evercart.gate.sequence import GAIN, Sequence, Wagers
from evercart.gate.tally import Sums, Tally
from evercart.units import DAY_S


class Gathered(NamedTuple):
    """What a trial remembers."""

    wagers: Wagers
    sums: Sums


@dataclass(frozen=True)
class Trial:
    """One reign: a champion with its challengers; the next reign is another trial, begun anew.

    racers      the champion first, then challengers in the order they were enrolled; so are the columns of
                `Scored.guesses`
    clip        the most that one question's difference may count, in the unit of the loss
    window_s    from asking a question until its label is known
    likely      see `Sequence`
    slices      names of the slices, in the order of their numbers

    >>> from evercart.evaluate.losses import log_loss
    >>> trial = Trial(("current", "shadow"), log_loss, clip=1.0, window_s=604_800)
    >>> trial.evidence(trial.start(), "shadow").whole.questions
    0
    """

    racers: tuple[str, ...]
    loss: Loss
    clip: float
    window_s: float
    likely: float | None = None
    keep_s: float = 91 * DAY_S
    slices: tuple[str, ...] = ("all",)

    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(set(self.racers)) == len(self.racers), "trial.racers", "names that differ", self.racers)
        _ = self.sequence, self.tally

    @property
    def sequence(self) -> Sequence:
        """Return the bets."""
        return Sequence(self.racers, self.loss, self.clip, self.window_s, self.likely, self.keep_s)

    @property
    def tally(self) -> Tally:
        """Return the sums."""
        return Tally(self.racers, self.loss, self.slices)

    def start(self) -> Gathered:
        """Return the evidence before the first question."""
        return Gathered(self.sequence.start(), self.tally.start())

    def step(self, state: Gathered, batch: Scored) -> tuple[Gathered, NDArray[np.float64]]:
        """Return (rows, challengers): after each question, the logarithm of each one's money, in nats."""
        wagers, money = self.sequence.step(state.wagers, batch)
        sums, _ = self.tally.step(state.sums, batch)
        return Gathered(wagers, sums), money

    def evidence(
        self, state: Gathered, challenger: str, *, behind: int | None = None, guess_us: float | None = None
    ) -> Evidence:
        """Return what is known about one challenger; `behind` with `guess_us` are the caller's to measure."""
        rule = "one of " + " ".join(self.racers[1:])
        require(challenger in self.racers[1:], "trial.challenger", rule, challenger)
        at = self.racers.index(challenger)
        wagers, sums = state
        counted = int(wagers.n[0])
        return Evidence(
            champion=self.racers[0],
            challenger=challenger,
            enrolled=at,
            counted=counted,
            log_money=float(self.sequence.evidence(wagers)[at - 1]),
            gain=float(wagers.sums[at - 1, GAIN]) / counted if counted else math.nan,
            whole=_part("all", sums.n.sum(keepdims=True), sums.loss.sum(0), sums.square.sum(0), at),
            slices=tuple(
                _part(name, sums.n[i : i + 1], sums.loss[i], sums.square[i], at) for i, name in enumerate(self.slices)
            ),
            miscalibrated=(_miscalibrated(sums.hist[0]), _miscalibrated(sums.hist[at])),
            behind=behind,
            guess_us=guess_us,
        )


def _part(name: str, n: NDArray[np.int64], loss: NDArray[np.float64], square: NDArray[np.float64], at: int) -> Part:
    questions = int(n[0])
    if questions == 0:
        return Part(name, 0, math.nan, math.nan, math.nan)
    champion, challenger = float(loss[0]) / questions, float(loss[at]) / questions
    spread = max(float(square[at]) / questions - (champion - challenger) ** 2, 0.0)
    return Part(name, questions, champion, challenger, math.sqrt(spread / questions))


def _miscalibrated(hist: NDArray[np.float64]) -> float:
    return calibration_error(calibration(hist))
