"""Adwin: a window that forgets its past as soon as the past has another mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.drift import alarms as of
from evercart.evaluate.drift.alarms import FIGURES, PLACES, SIDES, Alarms, Side
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.values import Values

_ROWS: Final = 48  # a bucket of row r holds 2^r values: more than any log
_AGE, _WIDTH, _HIGH = 0, 1, 2  # of `counts`: values since the start, in the window; rows in use
_SUM, _SQUARES = 0, 1  # of a bucket, of the window: sum, squared distances from the mean


class Window(NamedTuple):
    """The values since the last alarm, in buckets that double with age."""

    counts: NDArray[np.int64]  # (3,)
    whole: NDArray[np.float64]  # (2,)
    used: NDArray[np.int64]  # (_ROWS,) buckets in use, the oldest first
    moments: NDArray[np.float64]  # (_ROWS, buckets + 1, 2)
    first: NDArray[np.int64]  # (_ROWS, buckets + 1, 2) place, us of a bucket's first value


class _Rule(NamedTuple):
    delta: float
    clock: int
    buckets: int
    least: int
    grace: int
    side: int
    least_change: float
    lasts_us: int


@dataclass(frozen=True)
class Adwin:
    """Compare the mean of every older part of the window with that of the rest; say so where they differ.

    delta           confidence: the chance, by the paper's bound, that one look at a calm window finds a change
    clock           values between two looks
    buckets         buckets of each size before two are merged; more: finer places to cut
    least           values either side of a cut
    grace           values before the first look
    side            which changes are told; the others only begin a new window
    least_change    share of the mean before that a change is at least; a smaller one leaves the window as it is,
                    so that many small ones add up
    lasts_us        how long each of the parts is at least, by the values' time: a rhythm is no change

    An alarm begins a new window. `since` is the first value after the cut that differs most; so alarms stand
    where River's do, which cuts on, bucket by bucket, then begins anew as well. The bound supposes values that
    do not depend on each other; it counts every place to cut of one look, not the looks.
    State: 48 * (buckets + 1) * 32 bytes, whatever was seen.

    Source: Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007, section 4,
    the bound of section 3.3 with the window's own variance.

    >>> calm, moved = np.zeros(320), np.ones(320)
    >>> values = Values(np.arange(640), np.arange(640), np.append(calm, moved))
    >>> _, found = Adwin().step(Adwin().start(), values)
    >>> found.place.tolist(), found.was.tolist(), found.now.tolist()
    ([351], [0.0], [1.0])
    """

    delta: float = 0.002
    clock: int = 32
    buckets: int = 5
    least: int = 5
    grace: int = 10
    side: Side = "both"
    least_change: float = 0.0
    lasts_us: int = 0
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(0 < self.delta < 1, "adwin.delta", "more than 0 and less than 1", self.delta)
        for name, low in (("clock", 1), ("buckets", 2), ("least", 1), ("grace", 2)):
            require(getattr(self, name) >= low, f"adwin.{name}", f"at least {low}", getattr(self, name))
        require(self.side in SIDES, "adwin.side", "one of " + " ".join(SIDES), self.side)
        for name in ("least_change", "lasts_us"):
            require(getattr(self, name) >= 0, f"adwin.{name}", "at least 0", getattr(self, name))

    def start(self) -> Window:
        """Return an empty window."""
        size = (_ROWS, self.buckets + 1, 2)
        used = np.zeros(_ROWS, np.int64)
        return Window(np.zeros(3, np.int64), np.zeros(2), used, np.zeros(size), np.zeros(size, np.int64))

    def step(self, state: Window, batch: Values) -> tuple[Window, Alarms]:
        """Return an alarm at each value where a change was found; what is not finite is passed over."""
        how = (self.least, self.grace, SIDES.index(self.side), self.least_change, self.lasts_us)
        rule = _Rule(self.delta, self.clock, self.buckets, *how)
        most = len(batch) // self.clock + 1
        places, figures = np.empty((most, PLACES), np.int64), np.empty((most, FIGURES))
        found = _watch(rule, state, batch.place, batch.us, batch.value, places, figures)
        if not found:
            return state, of.none(of.ADWIN)
        return state, of.alarms(places[:found], figures[:found], of.ADWIN, self.delta)


@kernel
def _watch(
    rule: _Rule,
    state: Window,
    place: NDArray[np.int64],
    us: NDArray[np.int64],
    value: NDArray[np.float64],
    places: NDArray[np.int64],
    figures: NDArray[np.float64],
) -> int:
    found = 0
    for i in range(len(value)):
        if not np.isfinite(value[i]):
            continue
        _insert(rule, state, place[i], us[i], value[i])
        counts = state.counts
        if counts[_AGE] % rule.clock or counts[_WIDTH] <= rule.grace:
            continue
        if not _cut(rule, state, us[i], places, figures, found):
            continue
        rose = figures[found, 1] > figures[found, 0]
        if rule.side == 0 or rose == (rule.side == 1):
            places[found, 0], places[found, 1] = place[i], us[i]
            found += 1
        state.counts[:] = 0
        state.whole[:] = 0.0
        state.used[:] = 0
    return found


@kernel
def _insert(rule: _Rule, state: Window, place: int, us: int, value: float) -> None:
    """Add a value as a bucket of one; where a row is too full, its two oldest buckets become one of the next."""
    counts, whole = state.counts, state.whole
    counts[_AGE] += 1
    counts[_WIDTH] += 1
    counts[_HIGH] = max(counts[_HIGH], 1)
    width = counts[_WIDTH]
    if width > 1:
        away = value - whole[_SUM] / (width - 1.0)
        whole[_SQUARES] += (width - 1.0) * away * away / width
    whole[_SUM] += value
    _append(state, 0, value, 0.0, place, us)
    row = 0
    while state.used[row] > rule.buckets and row + 1 < _ROWS:
        a, b = state.moments[row, 0], state.moments[row, 1]
        size = float(1 << row)
        apart = (a[_SUM] - b[_SUM]) / size
        squares = a[_SQUARES] + b[_SQUARES] + size * apart * apart / 2.0
        counts[_HIGH] = max(counts[_HIGH], row + 2)
        _append(state, row + 1, a[_SUM] + b[_SUM], squares, state.first[row, 0, 0], state.first[row, 0, 1])
        state.used[row] -= 2
        for k in range(state.used[row]):
            for j in range(2):
                state.moments[row, k, j] = state.moments[row, k + 2, j]
                state.first[row, k, j] = state.first[row, k + 2, j]
        row += 1


@kernel
def _append(state: Window, row: int, total: float, squares: float, place: int, us: int) -> None:
    at = state.used[row]
    state.moments[row, at, _SUM], state.moments[row, at, _SQUARES] = total, squares
    state.first[row, at, 0], state.first[row, at, 1] = place, us
    state.used[row] = at + 1


@kernel
def _cut(
    rule: _Rule,
    state: Window,
    us: int,
    places: NDArray[np.int64],
    figures: NDArray[np.float64],
    found: int,
) -> bool:
    """Write the cut whose means differ most beyond the bound into row `found`; return whether there is one."""
    width = float(state.counts[_WIDTH])
    spread = 2.0 / width * state.whole[_SQUARES]
    sure = np.log(2.0 * np.log(width) / rule.delta)
    older, total, most = 0.0, 0.0, 0.0
    begun_us = state.first[state.counts[_HIGH] - 1, 0, 1]
    is_found = False
    for row in range(state.counts[_HIGH] - 1, -1, -1):
        for k in range(state.used[row]):
            newer = width - older
            at_us = state.first[row, k, 1]
            lasting = at_us - begun_us >= rule.lasts_us and us - at_us >= rule.lasts_us
            if older >= rule.least and newer >= rule.least and lasting:
                was, now = total / older, (state.whole[_SUM] - total) / newer
                share = 1.0 / (older - rule.least + 1.0) + 1.0 / (newer - rule.least + 1.0)
                bound = np.sqrt(share * spread * sure) + 2.0 / 3.0 * share * sure
                beyond = abs(was - now) - bound
                if beyond > most and abs(was - now) >= rule.least_change * abs(was):
                    is_found, most = True, beyond
                    places[found, 2], places[found, 3] = state.first[row, k, 0], state.first[row, k, 1]
                    figures[found, 0], figures[found, 1] = was, now
                    figures[found, 2], figures[found, 3] = abs(was - now), bound
            older += float(1 << row)
            total += state.moments[row, k, _SUM]
    return is_found
