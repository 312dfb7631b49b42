"""Remembered: the last rows asked about, each in the place that its number says; an empty place says -1.

A file holds those that are there, not the room for as many as there may be: a small shop's would be mostly room.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = tuple[NDArray[Any], ...]


def filled(numbers: NDArray[np.int64], *columns: NDArray[Any]) -> Columns:
    """Return the numbers that are there, in the order of their places, with what stands beside them.

    >>> filled(np.array([8, -1, 6, -1]), np.array([1, 0, 2, 0]))
    (array([8, 6]), array([1, 2]))
    """
    there = numbers >= 0
    return tuple(column[there] for column in (numbers, *columns))


def spread(room: int, numbers: NDArray[np.int64], *columns: NDArray[Any]) -> Columns:
    """Return columns of `room` places from what `filled` returned; those that have all their places stay as they are.

    >>> spread(4, np.array([8, 6]), np.array([1, 2]))
    (array([ 8, -1,  6, -1]), array([1, 0, 2, 0]))
    """
    if len(numbers) == room:
        return numbers, *columns
    places = np.full(room, -1), *(np.zeros((room, *column.shape[1:]), column.dtype) for column in columns)
    for place, column in zip(places, (numbers, *columns), strict=True):
        place[numbers % room] = column
    return places
