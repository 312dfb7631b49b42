"""Precedents: a few questions, most with what came of them, kept for a later one to be compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, CORRECTION, SETTLED, Turns
from evercart.queue import HEAD, NEXT, ringed, roomy, straight
from evercart.units import DAY_US, SECOND_US

TOLD, SILENT, LATELY = 0, 1, 2  # answered by a row, by silence; not yet
_GROUPS: Final = 3


class Waiting(NamedTuple):
    """Where questions of late stand, by number."""

    offset: NDArray[np.int64]  # (capacity,)
    us: NDArray[np.int64]


class Cases(NamedTuple):
    """Questions with what came of them; the place after the newest is `ever` modulo how many are kept."""

    offset: NDArray[np.int64]  # (groups, most) where each stands in the log; -1: an empty place
    us: NDArray[np.int64]  # (groups, most) when it was asked
    y: NDArray[np.float64]  # (groups, most) its label, NaN where that is not known
    x: NDArray[np.float32]  # (groups, most, width)
    ever: NDArray[np.int64]  # (groups,) how many were ever kept


class Remembered(NamedTuple):
    """Precedents, beside the places of those that may yet become one."""

    ends: NDArray[np.int64]  # (2,) numbers of `waiting`: the first, the next
    waiting: Waiting
    cases: Cases

    def packed(self) -> Remembered:
        """Drop spare room."""
        return self._replace(waiting=straight(self.ends, self.waiting))

    def unpacked(self) -> Remembered:
        """Make room again."""
        return self._replace(waiting=ringed(self.ends, self.waiting))


@dataclass(frozen=True)
class Precedents:
    """A fold from turns to nothing: it keeps the newest questions that a row answered, a sample of the others.

    Of those that silence answered it keeps a sample, and one of the newest, of which nothing is known yet: that is what
    a question is usually like.

    width       of X
    window_s    how long a question is open
    late_s      how long after that it may be corrected
    most        questions of each sort that are kept
    share       of the sampled ones that is kept

    State: 3 * most * (4 * width + 24) bytes, with 16 for each question of the last window_s + late_s
    and a day.
    """

    width: int
    window_s: float
    late_s: float = 0.0
    most: int = 1024
    share: float = 1 / 16
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.width > 0, "precedents.width", "at least 1", self.width)
        require(self.window_s > 0, "precedents.window_s", "more than 0", self.window_s)
        require(self.late_s >= 0, "precedents.late_s", "at least 0", self.late_s)
        require(self.most > 0, "precedents.most", "at least 1", self.most)
        require(0 < self.share <= 1, "precedents.share", "more than 0, at most 1", self.share)

    def start(self) -> Remembered:
        """Return the state before the first question."""
        shape, none = (_GROUPS, self.most), np.zeros(0, np.int64)
        cases = Cases(
            np.full(shape, -1, np.int64),
            np.zeros(shape, np.int64),
            np.zeros(shape),
            np.zeros((*shape, self.width), np.float32),
            np.zeros(_GROUPS, np.int64),
        )
        return Remembered(np.zeros(2, np.int64), ringed(np.zeros(2, np.int64), Waiting(none, none)), cases)

    def step(self, state: Remembered, turns: Turns) -> tuple[Remembered, None]:
        """Return the state after questions, labels."""
        state = self._asked(state, turns)
        place = turns.number & (len(state.waiting.us) - 1)
        known = (turns.number >= state.ends[HEAD]) & (turns.number < state.ends[NEXT])
        asked_us = np.where(known, state.waiting.us[place], 0)
        known &= turns.us - asked_us <= self._keep_us
        silent = (turns.what == SETTLED) & (turns.us - asked_us > self._window_us)
        labelled = known & ((turns.what == SETTLED) | (turns.what == CORRECTION))
        kept = labelled & (~silent | (uniform(0, turns.number, "precedents") < self.share))
        for row in np.flatnonzero(kept).tolist():
            offset, us = int(state.waiting.offset[place[row]]), int(asked_us[row])
            _keep(state.cases, SILENT if silent[row] else TOLD, offset, us, turns.y[row], turns.x[row])
        if len(turns):
            _forget(state.ends, state.waiting.us, int(turns.us[-1]) - self._keep_us)
        return state, None

    def _asked(self, state: Remembered, turns: Turns) -> Remembered:
        rows = np.flatnonzero(turns.what == ASKED)
        if not len(rows):
            return state
        number = turns.number[rows]
        if state.ends[HEAD] == state.ends[NEXT]:
            state.ends[:] = number[0]
        waiting = roomy(state.ends, state.waiting, len(rows))
        place = number & (len(waiting.us) - 1)
        waiting.offset[place], waiting.us[place] = turns.offset[rows], turns.us[rows]
        state.ends[NEXT] = number[-1] + 1
        for row in rows[uniform(0, number, "lately") < self.share].tolist():
            _put(state.cases, LATELY, int(turns.offset[row]), int(turns.us[row]), math.nan, turns.x[row])
        return state._replace(waiting=waiting)

    @property
    def _window_us(self) -> int:
        return round(self.window_s * SECOND_US)

    @property
    def _keep_us(self) -> int:
        return self._window_us + round(self.late_s * SECOND_US) + DAY_US  # as a window closes at the row after it


def _keep(cases: Cases, group: int, offset: int, us: int, y: float, x: NDArray[np.float32]) -> None:
    """Keep an answered question; one that is kept already gets another label."""
    held = np.argwhere(cases.offset[:LATELY] == offset)
    if len(held):
        cases.y[tuple(held[0])] = y
    else:
        _put(cases, group, offset, us, y, x)


def _put(cases: Cases, group: int, offset: int, us: int, y: float, x: NDArray[np.float32]) -> None:
    """Put a question into the place of the oldest of its group."""
    at = int(cases.ever[group]) % cases.offset.shape[1]
    cases.offset[group, at], cases.us[group, at], cases.y[group, at] = offset, us, y
    cases.x[group, at] = x
    cases.ever[group] += 1


@kernel
def _forget(ends: NDArray[np.int64], us: NDArray[np.int64], before: int) -> None:
    """Let go of questions of which nothing can come any more."""
    while ends[0] < ends[1] and us[ends[0] & (len(us) - 1)] < before:
        ends[0] += 1
