"""Queue: rows known by their number, added at the end, dropped from the head.

The owner keeps its columns in rings whose row is `number & (capacity - 1)`; `ends` holds the first number
still there and the next one to be given.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

C = TypeVar("C", bound=tuple[NDArray, ...])  # type: ignore[type-arg]
HEAD, NEXT = 0, 1


def length(ends: NDArray[np.int64]) -> int:
    """Return how many rows are held."""
    return int(ends[NEXT] - ends[HEAD])


def roomy(ends: NDArray[np.int64], columns: C, more: int) -> C:
    """Return rings with room for `more` further rows; capacities are powers of two.

    >>> from typing import NamedTuple
    >>> class Rows(NamedTuple):
    ...     value: NDArray[np.int64]
    >>> len(roomy(np.array([5, 7]), Rows(np.arange(4)), 3).value)
    8
    """
    need = length(ends) + more
    capacity = len(columns[0])
    if need <= capacity:
        return columns
    rows = straight(ends, columns)
    return _ring(ends, rows, 1 << int(max(need, 2 * capacity) - 1).bit_length())


def straight(ends: NDArray[np.int64], columns: C) -> C:
    """Return the rows held, in order of their numbers, without spare room."""
    where = np.arange(ends[HEAD], ends[NEXT]) & (len(columns[0]) - 1)
    return type(columns)(*(column[where] for column in columns))


def ringed(ends: NDArray[np.int64], rows: C) -> C:
    """Return rings again from what `straight` returned."""
    return _ring(ends, rows, 1 << int(max(length(ends), 4) - 1).bit_length())


def _ring(ends: NDArray[np.int64], rows: C, capacity: int) -> C:
    where = np.arange(ends[HEAD], ends[NEXT]) & (capacity - 1)
    rings = []
    for column in rows:
        ring = np.zeros((capacity, *column.shape[1:]), column.dtype)
        ring[where] = column
        rings.append(ring)
    return type(rows)(*rings)
