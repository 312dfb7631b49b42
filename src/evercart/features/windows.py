"""Windows: counts, sums, means, distinct counts over exact sliding windows of log time.

A row counts while its log time is later than the question's less the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.events.kinds import PROPERTIES
from evercart.features.needs import Need, Tally, Variety, seconds
from evercart.features.numbers import Number
from evercart.features.seen import Seen
from evercart.units import DAY_S, HOUR_S, MINUTE_S

_SPANS: Final = ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "m"), (1, "s"))


def span(seconds_: int) -> str:
    """Return a duration in the largest unit that divides it.

    >>> span(7 * 86_400), span(90)
    ('7d', '90s')
    """
    size, letter = next((size, letter) for size, letter in _SPANS if seconds_ % size == 0)
    return f"{seconds_ // size}{letter}"


def unit_of(column: str) -> str:
    """Return the unit of an event's column.

    >>> unit_of("amount"), unit_of("quantity")
    ('minor units', 'thousandths')
    """
    if column == "quantity":
        return "thousandths"
    money = column == "amount" or (column in PROPERTIES and PROPERTIES[column].type == "money")
    return "minor units" if money else "1"


@dataclass(frozen=True)
class Count(Number):
    """Rows of a kind; with `where`, only those that have the named column.

    >>> Count("order", window_s=86_400).outputs
    (Column(name='order_count_1d', unit='rows', slots=0, space=''),)
    """

    kind: str
    window_s: int
    where: str | None = None

    def __post_init__(self) -> None:
        self.tally  # noqa: B018 - a need checks itself

    @cached_property
    def tally(self) -> Tally:
        """Return the one number to be kept."""
        return Tally(self.kind, seconds(f"{self.kind}_count.window_s", self.window_s), where=self.where)

    @property
    def name(self) -> str:
        """Return kind, measure, window."""
        having = f"_with_{self.where}" if self.where else ""
        return f"{self.kind}_count{having}_{span(self.window_s)}"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return "rows"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the count."""
        return (self.tally,)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the count."""
        return seen.kept[self.tally].astype(np.float64)


@dataclass(frozen=True)
class _OfColumn(Number):
    kind: str
    column: str
    window_s: int

    def __post_init__(self) -> None:
        self.needs  # noqa: B018 - a need checks itself

    @property
    def name(self) -> str:
        """Return kind, column, measure, window."""
        return f"{self.kind}_{self.column}_{type(self).__name__.lower()}_{span(self.window_s)}"

    @property
    def unit(self) -> str:
        """Return the unit of the column."""
        return unit_of(self.column)

    @property
    def _window_us(self) -> int:
        where = f"{self.kind}_{self.column}_{type(self).__name__.lower()}.window_s"
        return seconds(where, self.window_s)


@dataclass(frozen=True)
class Sum(_OfColumn):
    """The exact sum of an integer column; a missing value adds nothing.

    >>> Sum("order", "amount", 3_600).name
    'order_amount_sum_1h'
    """

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Return the sum."""
        return (Tally(self.kind, self._window_us, self.column),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the sum."""
        return seen.kept[self.needs[0]].astype(np.float64)


@dataclass(frozen=True)
class Mean(_OfColumn):
    """The mean of an integer column over the rows that have it; 0 where none has."""

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Return the sum; the number of rows behind it."""
        window_us = self._window_us
        return (Tally(self.kind, window_us, self.column), Tally(self.kind, window_us, where=self.column))

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return sum over count."""
        total, rows = (seen.kept[need] for need in self.needs)
        return np.asarray(total / np.maximum(rows, 1), np.float64)


@dataclass(frozen=True)
class Distinct(_OfColumn):
    """How many different values a hashed column had: baskets by `session`, breadth by `item`.

    >>> Distinct("order", "session", 3_600).unit
    'values'
    """

    @property
    def unit(self) -> str:
        """Return the unit."""
        return "values"

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Return the distinct count."""
        return (Variety(self.kind, self._window_us, self.column),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the number of values."""
        return seen.kept[self.needs[0]].astype(np.float64)
