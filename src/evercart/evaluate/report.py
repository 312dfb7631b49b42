"""Report: sums of scores, one row a log day, handed out when the day closes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.bins import BINS, COUNT, GUESSES, LABELS, bin_of
from evercart.evaluate.days import BUCKETS, Days
from evercart.evaluate.losses import Loss, loss_of
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.hashing import U64, mix
from evercart.kernel import kernel
from evercart.units import DAY_US
from evercart.zones import local_us, zone

_SALT = U64(0x2545F4914F6CDD1D)
_NO_DAY: Final = int(np.iinfo(np.int64).min)
ALWAYS: Final = ("loss", "loss_squared")
BINARY: Final = ("brier", "flagged", "hit")
NUMBER: Final = ("squared", "absolute", "covered")


class Day(NamedTuple):
    """The sums of the day that is still open; the fields are those of `Days`, without their first axis."""

    day: NDArray[np.int64]  # (1,)
    n: NDArray[np.int64]  # (1,)
    y: NDArray[np.float64]  # (1,)
    sums: NDArray[np.float64]
    hist: NDArray[np.float64]
    slice_n: NDArray[np.int64]
    slice_sums: NDArray[np.float64]
    bucket_n: NDArray[np.int64]
    bucket_loss: NDArray[np.float64]


@dataclass(frozen=True)
class Report:
    """What is summed about the racers of one app.

    racers       in the order of the columns of `Scored.guesses`
    threshold    chance from which a question counts as flagged; read where labels are 0 or 1
    levels       quantile levels whose pinball loss is summed; read where labels are numbers
    slices       names of the slices, in the order of their numbers
    time_zone    whose calendar days are the rows

    The packed state is the open day: about (3 * 1024 + 1024) * 8 bytes a racer.
    """

    racers: tuple[str, ...]
    loss: Loss
    threshold: float = 0.5
    levels: tuple[float, ...] = (0.1, 0.5, 0.9)
    slices: tuple[str, ...] = ("all",)
    time_zone: str = "UTC"

    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.racers) > 0, "report.racers", "at least one racer", self.racers)
        require(0 < self.threshold < 1, "report.threshold", "a number between 0 and 1", self.threshold)
        require(all(0 < level < 1 for level in self.levels), "report.levels", "numbers between 0 and 1", self.levels)
        require(len(self.slices) > 0, "report.slices", "at least one slice", self.slices)
        zone(self.time_zone)

    @property
    def binary(self) -> bool:
        """Return whether labels are 0 or 1."""
        return self.loss.kind == "binary"

    @property
    def measures(self) -> tuple[str, ...]:
        """Return the names of the sums, in the order of the last axis of `Days.sums`.

        >>> from evercart.evaluate.losses import log_loss
        >>> Report(("continual",), log_loss).measures
        ('loss', 'loss_squared', 'brier', 'flagged', 'hit')
        """
        return ALWAYS + (BINARY if self.binary else NUMBER + tuple(f"pinball_{level:g}" for level in self.levels))

    def start(self) -> Day:
        """Return a report before its first day."""
        racers, measures, slices = len(self.racers), len(self.measures), len(self.slices)
        return Day(
            day=np.array([_NO_DAY]),
            n=np.zeros(1, np.int64),
            y=np.zeros(1),
            sums=np.zeros((racers, measures)),
            hist=np.zeros((racers, 3, BINS)),
            slice_n=np.zeros(slices, np.int64),
            slice_sums=np.zeros((slices, racers, measures)),
            bucket_n=np.zeros(BUCKETS, np.int64),
            bucket_loss=np.zeros((BUCKETS, racers)),
        )

    def step(self, state: Day, batch: Scored) -> tuple[Day, Days]:
        """Return the days that closed: those before the day of the last question."""
        known = bool(((batch.slice >= 0) & (batch.slice < len(self.slices))).all())  # the kernel looks no more
        require(known, "scored.slice", f"numbers of the {len(self.slices)} slices", batch.slice.max(initial=0))
        day = local_us(batch.us, self.time_zone) // DAY_US
        day = np.maximum.accumulate(np.maximum(day, state.day))  # where clocks are put back a day would come twice
        starts = np.flatnonzero(np.diff(day, prepend=_NO_DAY))
        closed = []
        for first, stop in pairwise([*starts, len(day)]):
            if day[first] != state.day[0]:
                if state.n[0]:
                    closed.append(self.peek(state))
                for sums in state:
                    sums.fill(0)
                state.day[0] = day[first]
            self._add(state, batch.rows(slice(first, stop)))
        return state, Days.concat([self.none(), *closed])

    def peek(self, state: Day) -> Days:
        """Return the open day as a row; no rows before the first question."""
        if not state.n[0]:
            return self.none()
        return _row(state, 1)

    def none(self) -> Days:
        """Return a batch of no days."""
        return _row(self.start(), 0)

    def days(self, scored: Scored) -> Days:
        """Return the rows of all days of a batch, the last one with what there is of it."""
        state, closed = self.step(self.start(), scored)
        return Days.concat([closed, self.peek(state)])

    def _add(self, state: Day, batch: Scored) -> None:
        measures = (self.binary, self.loss.code, self.loss.level, self.threshold, np.array(self.levels))
        _add(state, *measures, batch.y, batch.key, batch.slice, batch.guesses)


def _row(state: Day, rows: int) -> Days:
    arrays: list[Any] = [a[:rows].copy() for a in state[:3]] + [a[None][:rows].copy() for a in state[3:]]
    return Days(*arrays)


@kernel
def _add(
    into: Day,
    binary: bool,
    loss: int,
    level: float,
    threshold: float,
    levels: NDArray[np.float64],
    y: NDArray[np.float64],
    key: NDArray[np.uint64],
    slices: NDArray[np.int16],
    guesses: NDArray[np.float64],
) -> None:
    one = np.empty(into.sums.shape[1])
    for i in range(len(y)):
        bucket = mix(key[i], _SALT) % U64(BUCKETS)
        into.n[0] += 1
        into.y[0] += y[i]
        into.slice_n[slices[i]] += 1
        into.bucket_n[bucket] += 1
        for racer in range(guesses.shape[1]):
            guess = guesses[i, racer]
            _measure(one, binary, loss, level, threshold, levels, y[i], guess)
            for m in range(len(one)):
                into.sums[racer, m] += one[m]
                into.slice_sums[slices[i], racer, m] += one[m]
            into.bucket_loss[bucket, racer] += one[0]
            at = bin_of(guess, binary)
            into.hist[racer, COUNT, at] += 1.0
            into.hist[racer, LABELS, at] += y[i]
            into.hist[racer, GUESSES, at] += guess


@kernel
def _measure(
    out: NDArray[np.float64],
    binary: bool,
    loss: int,
    level: float,
    threshold: float,
    levels: NDArray[np.float64],
    y: float,
    guess: float,
) -> None:
    """Write one question's measures, in the order of `Report.measures`."""
    out[0] = loss_of(loss, level, y, guess)
    out[1] = out[0] * out[0]
    miss = y - guess
    if binary:
        flagged = guess >= threshold
        out[2] = miss * miss
        out[3] = 1.0 if flagged else 0.0
        out[4] = y if flagged else 0.0
        return
    out[2] = miss * miss
    out[3] = abs(miss)
    out[4] = 1.0 if y <= guess else 0.0
    for at in range(len(levels)):
        out[5 + at] = max(levels[at] * miss, (levels[at] - 1.0) * miss)
