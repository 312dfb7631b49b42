"""TwoSample: each column of a recent window held against a window that is the reference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.drift import alarms as of
from evercart.evaluate.drift.alarms import Alarms
from evercart.evaluate.drift.sketch import BUCKETS, CELLS, count, quantile
from evercart.evaluate.drift.statistics import discoveries, g_test, kolmogorov_smirnov, psi
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.values import Values

_OLD, _NEW = 0, 1
_NOWHERE: Final = -1


class Samples(NamedTuple):
    """The reference beside the window that fills."""

    counts: NDArray[np.int64]  # (2, columns, CELLS)
    rows: NDArray[np.int64]  # (2,) in the reference, in the window
    first: NDArray[np.int64]  # (2,) place, us of the window's first row
    since: NDArray[np.int64]  # (columns, 2) place, us since when the column has moved; -1 while it has not


@dataclass(frozen=True)
class TwoSample:
    """Tell each column that a whole window shows to be spread otherwise than in the reference.

    columns      what the columns of the values are
    reference    the first so many rows are the reference, for good
    window       rows of a window; one begins where the last ended
    rate         share of false ones among the columns a window tells, on average, if rows were independent
    least_psi    a difference smaller than this is not told, however sure it is

    Numbers are compared by Kolmogorov and Smirnov's test over sketches, slots by the G-test over 64 hashed buckets;
    what is told must pass Benjamini and Hochberg's procedure over all columns, and `least_psi`. A column is told
    once when it moves, again only after a window in which it did not. In an alarm `was`, `now` are medians (of a
    slot column: the share of the bucket that changed most), the score is the population stability index, `since`
    the first row of the window. Whatever has a column can be watched: guesses, delays.
    State: 24 KiB a column.

    >>> watch = TwoSample((Column("age"),), reference=500, window=500)
    >>> x = np.append(np.arange(500), np.arange(500) + 300.0)[:, None].astype(np.float32)
    >>> _, found = watch.step(watch.start(), Values(np.arange(1000), np.arange(1000), x))
    >>> found.place.tolist(), found.since.tolist(), found.was.tolist(), found.now.tolist()
    ([999], [500], [252.0], [560.0])
    """

    columns: tuple[Column, ...]
    reference: int = 1 << 15
    window: int = 1 << 13
    rate: float = 0.01
    least_psi: float = 0.1
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.columns) > 0, "two_sample.columns", "at least one", "none")
        require(self.reference >= 20, "two_sample.reference", "at least 20 rows", self.reference)
        require(self.window >= 20, "two_sample.window", "at least 20 rows", self.window)
        require(0 < self.rate < 1, "two_sample.rate", "more than 0 and less than 1", self.rate)
        require(self.least_psi >= 0, "two_sample.least_psi", "at least 0", self.least_psi)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what was watched, by `Alarms.what`."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _is_slot(self) -> NDArray[np.bool_]:
        return np.array([not column.is_number for column in self.columns])

    def start(self) -> Samples:
        """Return samples of nothing."""
        width = len(self.columns)
        counts, since = np.zeros((2, width, CELLS), np.int64), np.full((width, 2), _NOWHERE)
        return Samples(counts, np.zeros(2, np.int64), np.zeros(2, np.int64), since)

    def step(self, state: Samples, batch: Values) -> tuple[Samples, Alarms]:
        """Return the alarms of the windows that became full."""
        require(batch.value.ndim == 2, "two_sample.values", "rows of numbers", f"{batch.value.ndim} axes")
        require(batch.value.shape[1] == len(self.columns), "x", f"{len(self.columns)} columns", batch.value.shape[1])
        x = np.ascontiguousarray(batch.value, np.float32)
        found, at = [], 0
        while at < len(batch):
            side = _OLD if state.rows[_OLD] < self.reference else _NEW
            room = (self.reference, self.window)[side] - int(state.rows[side])
            stop = min(at + room, len(batch))
            if not state.rows[side]:
                state.first[:] = batch.place[at], batch.us[at]
            count(state.counts[side], self._is_slot, x[at:stop])
            state.rows[side] += stop - at
            if side == _NEW and state.rows[_NEW] == self.window:
                found.append(self._judged(state, int(batch.place[stop - 1]), int(batch.us[stop - 1])))
                state.counts[_NEW] = 0
                state.rows[_NEW] = 0
            at = stop
        return state, Alarms.concat([of.none(of.TWO_SAMPLE), *found])

    def _judged(self, state: Samples, place: int, us: int) -> Alarms:
        """Compare the full window; return the columns that have begun to differ."""
        pairs = [(old, new) for old, new in zip(*state.counts, strict=True)]
        moved, index = self._moved(pairs)
        begun = np.flatnonzero(moved & (state.since[:, 0] == _NOWHERE))
        state.since[~moved] = _NOWHERE
        state.since[begun] = state.first
        places = np.array([(place, us, *state.first) for _ in begun], np.int64).reshape(-1, of.PLACES)
        levels = [self._levels(int(column), *pairs[column]) for column in begun]
        figures = np.array([(*level, index[c], self.least_psi) for level, c in zip(levels, begun, strict=True)])
        return of.alarms(places, figures.reshape(-1, of.FIGURES), of.TWO_SAMPLE, self.rate, begun)

    def _moved(self, pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[NDArray[np.bool_], list[float]]:
        p, index = np.ones(len(pairs)), []
        for column, (old, new) in enumerate(pairs):
            slots = self._is_slot[column]
            p[column] = (g_test if slots else kolmogorov_smirnov)(old, new)[1]
            index.append(psi(old, new, BUCKETS if slots else 10))
        return discoveries(p, self.rate) & (np.array(index) >= self.least_psi), index

    def _levels(self, column: int, old: NDArray[np.int64], new: NDArray[np.int64]) -> tuple[float, float]:
        if not self._is_slot[column]:
            return quantile(old, 0.5), quantile(new, 0.5)
        was, now = old / old.sum(), new / new.sum()
        most = int(np.abs(now - was).argmax())
        return float(was[most]), float(now[most])
