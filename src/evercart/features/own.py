"""Own: a number that the question itself carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES
from evercart.features.needs import Need
from evercart.features.numbers import Number
from evercart.features.seen import Seen
from evercart.units import MISSING


@dataclass(frozen=True)
class Own(Number):
    """A column of the question, such as the amount of a payment that is asked about; 0 where it has none.

    >>> Own("amount").name
    'own_amount'
    """

    column: str

    def __post_init__(self) -> None:
        rule = "a column of numbers"
        require(DTYPES.get(self.column) in (np.int64, np.float64), "own.column", rule, self.column)

    @property
    def name(self) -> str:
        """Return the column's name, marked."""
        return f"own_{self.column}"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return nothing: the question says it all."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the column."""
        return (self.column,)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the numbers, (questions,)."""
        column = seen.asked[self.column]
        known = ~np.isnan(column) if column.dtype == np.float64 else column != MISSING
        return np.where(known, column, 0).astype(np.float64)


def round_edges(decades: int) -> tuple[float, ...]:
    """Return the numbers of two leading digits from 10 on, over so many decades: people set limits at such numbers.

    >>> len(round_edges(2)), round_edges(2)[89:92]
    (180, (99.0, 100.0, 110.0))
    """
    return tuple(float(lead * 10**decade) for decade in range(decades) for lead in range(10, 100))
