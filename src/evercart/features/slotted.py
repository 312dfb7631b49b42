"""Slotted: numbers as slots between edges."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel


def slotted(x: NDArray[np.floating[Any]], edges: tuple[float, ...]) -> NDArray[np.int64]:
    """Return the slot of each number, shaped like x: 0 of NaN, else 1 and one more for each edge at or below it.

    >>> slotted(np.array([np.nan, -3.0, 0.5, 2.0]), (0.0, 1.0, 2.0)).tolist()
    [0, 1, 2, 4]
    """
    return np.where(np.isnan(x), 0, 1 + array_of(edges).searchsorted(x, side="right"))


@cache
def array_of(edges: tuple[float, ...]) -> NDArray[np.float64]:
    """Return edges as an array, the same one each time: single questions would wait for it."""
    return np.array(edges, np.float64)


class Edges(NamedTuple):
    """Edges of several columns of a matrix, for `fill_slots`."""

    places: NDArray[np.int64]  # (columns,)
    ends: NDArray[np.int64]  # (columns + 1,) where those of each begin, end
    edges: NDArray[np.float64]  # of one column after the other


def edges_of(columns: Sequence[tuple[int, tuple[float, ...]]]) -> Edges:
    """Return the edges of columns, each a place in a matrix with its edges."""
    ends = accumulate((len(edges) for _, edges in columns), initial=0)
    flat = [edge for _, edges in columns for edge in edges]
    places = np.array([place for place, _ in columns], np.int64)
    return Edges(places, np.array([*ends], np.int64), np.array(flat, np.float64))


@kernel
def fill_slots(x: NDArray[np.float32], of: Edges) -> None:
    """Write the slots of some columns of x into its last ones: 1 and one more for each edge at or below the number."""
    places, ends, edges = of
    first = x.shape[1] - len(places)
    for row in range(len(x)):
        for column in range(len(places)):
            slot, value = 1, x[row, places[column]]
            for at in range(ends[column], ends[column + 1]):
                slot += not value < edges[at]
            x[row, first + column] = slot
