"""Fading: how much was lately, how long ago it last was.

Both are forgotten with the key, once no row of it is left in the table's longest window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.features.needs import Decay, Last, Need, seconds
from evercart.features.numbers import Number
from evercart.features.seen import Seen
from evercart.features.windows import span, unit_of
from evercart.units import SECOND_US


@dataclass(frozen=True)
class Decayed(Number):
    """The sum of x * 2^(-age / half-life) over rows; without a column x is 1.

    >>> Decayed("view", None, half_life_s=3_600).name
    'view_decayed_1h'
    """

    kind: str
    column: str | None
    half_life_s: int

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself

    @property
    def name(self) -> str:
        """Return kind, column, half-life."""
        return f"{self.kind}{'_' + self.column if self.column else ''}_decayed_{span(self.half_life_s)}"

    @property
    def unit(self) -> str:
        """Return the unit of the column."""
        return unit_of(self.column) if self.column else "rows"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the decayed sum."""
        half_life_us = seconds(f"{self.kind}_decayed.half_life_s", self.half_life_s)
        return (Decay(self.kind, half_life_us, self.column),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the decayed sum."""
        return np.asarray(seen.kept[self.needs[0]], np.float64)


@dataclass(frozen=True)
class Recency(Number):
    """Seconds since the last row, at most the table's longest window, which also stands for "never".

    >>> Recency("order").unit
    's'
    """

    kind: str
    where: str | None = None  # only rows that have this column

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself

    @property
    def name(self) -> str:
        """Return kind, measure."""
        return f"{self.kind}{'_with_' + self.where if self.where else ''}_recency"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return "s"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the time of the last row."""
        return (Last(self.kind, self.where),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the age of the last row."""
        last = seen.kept[self.needs[0]]
        never = last < seen.asked.logged_us - seen.keep_us  # a missing time is the smallest integer
        age = np.where(never, seen.keep_us, seen.asked.logged_us - np.where(never, 0, last))
        return np.asarray(age / SECOND_US, np.float64)
