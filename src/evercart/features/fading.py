"""Fading: how much was lately, at what pace, how long ago it last was.

Rows of a key that follow each other within `gap_s` are one moment: with 0 the lines of a basket, that share
one log time; with half an hour a visit; with eight hours about a day, in any zone. All is forgotten with the
key, once no row of it is left in the table's longest window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.needs import Began, Decay, Last, Need, gap, seconds
from evercart.features.needs import Latest as Newest
from evercart.features.numbers import Number
from evercart.features.seen import Seen
from evercart.features.windows import span, unit_of
from evercart.units import DAY_S, MISSING, SECOND_US


@dataclass(frozen=True)
class Decayed(Number):
    """The sum of x * 2^(-age / half-life) over rows; without a column x is 1.

    gap_s    count moments of that gap, each as of its first row, rather than rows

    >>> Decayed("view", None, half_life_s=3_600).name, Decayed("view", None, 3_600, gap_s=1_800).name
    ('view_decayed_1h', 'view_per_30m_decayed_1h')
    """

    kind: str
    column: str | None
    half_life_s: int
    gap_s: int | None = None

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself

    @property
    def name(self) -> str:
        """Return kind, column, half-life."""
        return f"{self._what}_decayed_{span(self.half_life_s)}"

    @property
    def _what(self) -> str:
        return f"{self.kind}{'_' + self.column if self.column else ''}{_per(self.gap_s)}"

    @property
    def unit(self) -> str:
        """Return the unit of the column."""
        return unit_of(self.column) if self.column else "rows" if self.gap_s is None else "moments"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the decayed sum."""
        half_life_us = seconds(f"{self.kind}_decayed.half_life_s", self.half_life_s)
        return (Decay(self.kind, half_life_us, self.column, gap(f"{self.kind}_decayed.gap_s", self.gap_s)),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the decayed sum."""
        return np.asarray(seen.kept[self.needs[0]], np.float64)


@dataclass(frozen=True)
class Pace(Number):
    """A decayed sum as an amount a week, right from the first day on: D / (weeks of weight that D can hold).

    Since the table's first row, weight h / ln 2 * (1 - 2^(-age / h)) came together, h being the half-life.

    prior_s    weight without a row that is added, so that the first rows do not make a furious pace

    >>> Pace(Decayed("order", "amount", 28 * 86_400), prior_s=3 * 86_400).unit
    'minor units/week'
    """

    of: Decayed
    prior_s: float

    def __post_init__(self) -> None:
        require(self.prior_s > 0, f"{self.of.name}.pace.prior_s", "more than 0", self.prior_s)

    @property
    def name(self) -> str:
        """Return the sum's name with the measure behind it."""
        return f"{self.of.name}.pace"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return f"{self.of.unit}/week"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the decayed sum; when the table began."""
        return (*self.of.needs, Began())

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the weekly amount."""
        now, began = seen.asked.logged_us, seen.kept[Began()]
        age_s = np.maximum(now - np.where(began == MISSING, now, began), 0) / SECOND_US
        rate = np.log(2.0) / self.of.half_life_s
        weight_s = -np.expm1(-rate * age_s) / rate
        return np.asarray(seen.number(self.of) * (7 * DAY_S) / (weight_s + self.prior_s), np.float64)


@dataclass(frozen=True)
class Recency(Number):
    """Seconds since the last row, at most the table's longest window, which also stands for "never".

    back    since the last row of an earlier moment: 1 is the one before the newest

    >>> Recency("order").unit
    's'
    """

    kind: str
    where: str | None = None  # only rows that have this column
    back: int = 0
    gap_s: int = 0

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself

    @property
    def name(self) -> str:
        """Return kind, measure."""
        having = f"_with_{self.where}" if self.where else ""
        return f"{self.kind}{having}{_per(self.gap_s or None)}_recency{f'_{self.back}' if self.back else ''}"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return "s"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the time of the row."""
        return (Last(self.kind, self.where, self.back, gap(f"{self.kind}_recency.gap_s", self.gap_s) or 0),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the age of the last row."""
        last = seen.kept[self.needs[0]]
        never = last < seen.asked.logged_us - seen.keep_us  # a missing time is the smallest integer
        age = np.where(never, seen.keep_us, seen.asked.logged_us - np.where(never, 0, last))
        return np.asarray(age / SECOND_US, np.float64)


@dataclass(frozen=True)
class Latest(Number):
    """The sum of an integer column over the rows of the newest moment; without a column, their number.

    >>> Latest("order", "amount").name
    'order_amount_latest'
    """

    kind: str
    column: str | None = None
    gap_s: int = 0

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself

    @property
    def name(self) -> str:
        """Return kind, column, measure."""
        return f"{self.kind}{'_' + self.column if self.column else ''}{_per(self.gap_s or None)}_latest"

    @property
    def unit(self) -> str:
        """Return the unit of the column."""
        return unit_of(self.column) if self.column else "rows"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the sum over the moment."""
        return (Newest(self.kind, gap(f"{self.kind}_latest.gap_s", self.gap_s) or 0, self.column),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the sum."""
        return np.asarray(seen.kept[self.needs[0]], np.float64)


def _per(gap_s: int | None) -> str:
    return "" if gap_s is None else f"_per_{span(gap_s) if gap_s else 'tie'}"
