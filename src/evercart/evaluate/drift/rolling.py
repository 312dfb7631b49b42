"""Rolling: each column of the last week held against the weeks before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
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
from evercart.kernel import kernel
from evercart.labels.values import Values
from evercart.units import DAY_US

_NOWHERE: Final = -1
_TODAY, _BEGUN = 0, 1  # of `clock`: the number of today, of the first day
_GROUPS: Final = 10
_LEVELS: Final = (0.5, 0.9, 0.1)


class Weeks(NamedTuple):
    """The last days, each apart, beside all that was before them."""

    clock: NDArray[np.int64]  # (2,) -1 before the first row
    days: NDArray[np.int32]  # (days, columns, CELLS) counts; a day stands at its number modulo days
    rows: NDArray[np.int64]  # (days,)
    first: NDArray[np.int64]  # (days, 2) place, us of the day's first row
    told: NDArray[np.int64]  # (days,) columns told at its end
    recent: NDArray[np.int64]  # (columns, CELLS) the sum of the days
    past: NDArray[np.float64]  # (columns, CELLS) fading
    lately: NDArray[np.float64]  # (days, columns) how far each of the last days lay from the past; NaN: not judged
    ordinary: NDArray[np.float64]  # (columns,) the farthest of the days before those, fading; NaN before the first
    since: NDArray[np.int64]  # (columns, 2) place, us since when the column has moved; -1 while it has not


@dataclass(frozen=True)
class Rolling:
    """Tell each column whose last days are spread otherwise than the fading days before, by more than they are wont to.

    columns      what the columns of the values are
    days         held against the past; whole weeks, so that weekdays are no change
    keep         share of the past that stays from day to day
    rate         share of false ones among the columns a day tells, on average, if rows were independent
    least_psi    a difference smaller than this is not told, however sure it is
    beyond       it is also so many times as large as the largest before these days, which fades like the past
    least        rows of the last days below which nothing is told
    most         columns told within the days, those that moved most first: one change moves many columns
    day_us       a day ends with the first row that is so much later, by the values' time

    Looks once a day, when the next one begins. Where `TwoSample` keeps its first rows for good, this gets used to
    what has changed: it tells what happens, not what has grown since. What swings each month is ordinary, so is a
    new shop's first quarter, when all numbers move. In an alarm `was`, `now` are medians; where those are equal, the
    next of the quantiles 0.9, 0.1; of a slot column the share of the bucket that changed most. The score is the
    population stability index, `since` the first row of those of the last days that differ most.
    State: 66 KiB a column at seven days.

    >>> watch = Rolling((Column("age"),), day_us=100)
    >>> x = np.tile(np.arange(100), 40) + np.where(np.arange(4000) < 3500, 0, 80)
    >>> values = Values(np.arange(4000), np.arange(4000), x[:, None].astype(np.float32))
    >>> _, found = watch.step(watch.start(), values)
    >>> found.place.tolist(), found.since.tolist()
    ([3700], [3500])
    """

    columns: tuple[Column, ...]
    days: int = 7
    keep: float = 0.97
    rate: float = 0.01
    least_psi: float = 0.25
    beyond: float = 2.0
    least: int = 200
    most: int = 5
    day_us: int = DAY_US
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.columns) > 0, "rolling.columns", "at least one", "none")
        for name in ("days", "least", "most", "day_us"):
            require(getattr(self, name) >= 1, f"rolling.{name}", "at least 1", getattr(self, name))
        for name in ("keep", "rate"):
            value = getattr(self, name)
            require(0 < value < 1, f"rolling.{name}", "more than 0 and less than 1", value)
        require(self.least_psi >= 0, "rolling.least_psi", "at least 0", self.least_psi)
        require(self.beyond >= 1, "rolling.beyond", "at least 1", self.beyond)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what was watched, by `Alarms.what`."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _is_slot(self) -> NDArray[np.bool_]:
        return np.array([not column.is_number for column in self.columns])

    @cached_property
    def _cells(self) -> NDArray[np.int64]:
        return np.where(self._is_slot, BUCKETS, CELLS)

    def start(self) -> Weeks:
        """Return days without a row."""
        width, days = len(self.columns), self.days
        return Weeks(
            clock=np.full(2, _NOWHERE),
            days=np.zeros((days, width, CELLS), np.int32),
            rows=np.zeros(days, np.int64),
            first=np.zeros((days, 2), np.int64),
            told=np.zeros(days, np.int64),
            recent=np.zeros((width, CELLS), np.int64),
            past=np.zeros((width, CELLS)),
            lately=np.full((days, width), np.nan),
            ordinary=np.full(width, np.nan),
            since=np.full((width, 2), _NOWHERE),
        )

    def step(self, state: Weeks, batch: Values) -> tuple[Weeks, Alarms]:
        """Return the alarms of the days that ended, each at the first row after its day."""
        require(batch.value.shape[1] == len(self.columns), "x", f"{len(self.columns)} columns", batch.value.shape[1])
        if not len(batch):
            return state, of.none(of.TWO_SAMPLE)
        x, day = np.ascontiguousarray(batch.value, np.float32), batch.us // self.day_us
        turns = np.flatnonzero(day[1:] != day[:-1]) + 1 if day[0] != day[-1] else day[:0]
        found: list[Alarms | None] = []
        for start, stop in pairwise((0, *turns.tolist(), len(batch))):
            where = int(batch.place[start]), int(batch.us[start])
            if day[start] != state.clock[_TODAY]:
                found.append(self._evening(state, int(day[start]), where))
            at = day[start] % self.days
            if not state.rows[at]:
                state.first[at] = where
            state.rows[at] += stop - start
            count(state.days[at], self._is_slot, x[start:stop])
        told = [one for one in found if one is not None]
        return state, Alarms.concat(told) if told else of.none(of.TWO_SAMPLE)

    def _evening(self, state: Weeks, day: int, where: tuple[int, int]) -> Alarms | None:
        """Judge the last days, then let another one begin."""
        clock, found = state.clock, None
        if clock[_BEGUN] == _NOWHERE:
            clock[:] = day
            return None
        if _close(state, self._cells, self.keep, self.least, self.least_psi):
            found = self._judged(state, state.lately[clock[_TODAY] % self.days], where)
            state.told[clock[_TODAY] % self.days] = len(found) if found else 0
        _open(state, self._cells, self.keep, day)
        return found

    def _judged(self, state: Weeks, index: NDArray[np.float64], where: tuple[int, int]) -> Alarms | None:
        """Return the columns that have begun to differ, by how far the last days lie from the past, (columns,)."""
        bound = np.fmax(self.least_psi, self.beyond * state.ordinary)
        moved = (index > bound) & ~np.isnan(state.ordinary)
        if not moved.any():
            return None
        moved &= discoveries(np.array([self._p(state, column) for column in range(len(index))]), self.rate)
        begun = np.flatnonzero(moved & (state.since[:, 0] == _NOWHERE))
        for column in begun:
            state.since[column] = self._since(state, int(column))
        farthest = begun[np.argsort(bound[begun] / index[begun], kind="stable")]
        begun = np.sort(farthest[: max(self.most - state.told.sum(), 0)])
        places = np.column_stack([np.tile(where, (len(begun), 1)), state.since[begun]])
        levels = np.array([self._levels(state, int(column)) for column in begun]).reshape(-1, 2)
        figures = np.column_stack([levels, index[begun], bound[begun]])
        return of.alarms(places, figures, of.TWO_SAMPLE, self.rate, begun)

    def _p(self, state: Weeks, column: int) -> float:
        test = g_test if self._is_slot[column] else kolmogorov_smirnov
        return test(state.past[column], state.recent[column])[1]

    def _since(self, state: Weeks, column: int) -> NDArray[np.int64]:
        """Return the first row of those of the last days that, to the end, differ most from the past.

        The index is taken times the rows: a day that belongs to the past lowers it more than its rows add.
        """
        newest = [int(day % self.days) for day in range(state.clock[_TODAY], state.clock[_TODAY] - self.days, -1)]
        groups, best, where = BUCKETS if self._is_slot[column] else _GROUPS, -np.inf, newest[0]
        counts, rows = np.zeros(CELLS, np.int64), 0
        for day in newest:
            counts += state.days[day, column]
            rows += int(state.rows[day])
            if not state.rows[day]:
                continue
            apart = rows * psi(state.past[column], counts, groups)
            if apart > best:
                best, where = apart, day
        since: NDArray[np.int64] = state.first[where]
        return since

    def _levels(self, state: Weeks, column: int) -> tuple[float, float]:
        old, new = state.past[column], state.recent[column]
        if not self._is_slot[column]:
            levels = [(quantile(old, level), quantile(new, level)) for level in _LEVELS]
            return next((pair for pair in levels if pair[0] != pair[1]), levels[0])
        was, now = old / old.sum(), new / new.sum()
        most = int(np.abs(now - was).argmax())
        return float(was[most]), float(now[most])


@kernel
def _close(state: Weeks, cells: NDArray[np.int64], keep: float, least: int, least_psi: float) -> bool:
    """Count a day that has ended in; return whether some column lies far enough from the past to be told."""
    today, days = state.clock[_TODAY], len(state.days)
    at, far = today % days, False
    is_old = today - state.clock[_BEGUN] + 1 >= 2 * days and state.past[0].sum() >= 1.0
    judged = is_old and state.rows.sum() >= least
    for column in range(len(cells)):
        past, recent, day = state.past[column], state.recent[column], state.days[at, column]
        for cell in range(cells[column]):
            recent[cell] += day[cell]
        before = keep * state.ordinary[column]
        if not before >= state.lately[at, column]:  # either may be NaN
            before = state.lately[at, column] if state.lately[at, column] >= 0.0 else before
        state.ordinary[column] = before
        index = np.nan
        if judged:
            upto = cells[column]
            index = psi(past[:upto], recent[:upto], BUCKETS if upto == BUCKETS else _GROUPS)
            if not index >= least_psi:
                state.since[column] = _NOWHERE
        state.lately[at, column] = index
        far = far or index >= least_psi
    return far


@kernel
def _open(state: Weeks, cells: NDArray[np.int64], keep: float, day: int) -> None:
    """Let a day begin: those that are too old by then move into the past."""
    today, days = state.clock[_TODAY], len(state.days)
    for gone in range(today + 1, min(day, today + days) + 1):
        at = gone % days
        for column in range(len(cells)):
            for cell in range(cells[column]):
                count = state.days[at, column, cell]
                state.past[column, cell] = keep * state.past[column, cell] + count
                state.recent[column, cell] -= count
                state.days[at, column, cell] = 0
        state.rows[at] = state.told[at] = 0
    if day > today + days:
        state.past[:] *= keep ** (day - today - days)
    state.clock[_TODAY] = day
