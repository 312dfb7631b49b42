"""Sketch: how the numbers of a column are spread, as counts in cells of equal relative width.

A cell is the sign, the exponent, the first four bits of the mantissa of a float32: sixteen an octave. Counts are
whole numbers, so a sketch does not depend on the order of what it counts, and two of them are merged by adding.

Source: Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
VLDB 2019; their cells are exact logarithms, these are read off the number's own bits.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.hashing import U64, mix
from evercart.kernel import kernel

_LOW: Final = (127 - 16) << 4  # below 2^-16 all count as 0
_SIDE: Final = (16 + 32) << 4  # cells on one side of 0: up to 2^32, beyond which all count as that
ZERO: Final = _SIDE
MISSING: Final = 2 * _SIDE + 1  # NaN; it stands above all numbers
CELLS: Final = 2 * _SIDE + 2
BUCKETS: Final = 64  # slots are hashed into so many
RELATIVE_ERROR: Final = 1 / 33  # of a quantile, where it lies within 2^-16 and 2^32 of 0
_SALT = U64(0x9FB21C651E98DF25)


@kernel
def _cell(bits: np.int32) -> int:
    size = int(bits) & 0x7FFFFFFF
    if size > 0x7F800000:
        return MISSING
    away = min(max((size >> 19) - _LOW + 1, 0), _SIDE)
    return ZERO - away if bits < 0 else ZERO + away


@kernel
def _bucket(slot: float) -> int:
    return int(np.int64(mix(U64(np.int64(slot)), _SALT) % U64(BUCKETS)))


@kernel
def count(into: NDArray[Any], is_slot: NDArray[np.bool_], x: NDArray[np.float32]) -> None:
    """Count rows into one sketch a column.

    into       (columns, CELLS), integers; of a slot column the first BUCKETS are used
    is_slot    (columns,)
    x          (rows, columns)
    """
    bits = x.view(np.int32)
    for row in range(len(x)):
        for column in range(len(into)):
            cell = _bucket(x[row, column]) if is_slot[column] else _cell(bits[row, column])
            into[column, cell] += 1


def _middles() -> NDArray[np.float64]:
    """Return the number that stands for each cell, (CELLS,)."""
    key = np.arange(_LOW, _LOW + _SIDE + 1, dtype=np.int32)
    edges = (key << 19).view(np.float32).astype(np.float64)
    up = (edges[:-1] + edges[1:]) / 2
    return np.concatenate([-up[::-1], [0.0], up, [np.nan]])


_MIDDLES: Final = _middles()


def sketch(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the sketch, (CELLS,), of numbers, (rows,).

    >>> once, twice = sketch(np.float32([1, 2])), sketch(np.float32([1, 2, 1, 2]))
    >>> bool((once + once == twice).all())
    True
    """
    into = np.zeros((1, CELLS), np.int64)
    count(into, np.zeros(1, np.bool_), np.ascontiguousarray(values, np.float32)[:, None])
    row: NDArray[np.int64] = into[0]
    return row


def quantile(counts: NDArray[Any], level: float) -> float:
    """Return the value below which a share `level` of the numbers lies; NaN where there is no number.

    >>> round(quantile(sketch(np.arange(1, 1001, dtype=np.float32)), 0.5), -1)
    500.0
    """
    require(0 <= level <= 1, "sketch.level", "0 to 1", level)
    numbers = counts[:MISSING]
    total = int(numbers.sum())
    if not total:
        return float("nan")
    rank = min(int(level * total), total - 1)
    return float(_MIDDLES[np.searchsorted(np.cumsum(numbers), rank, side="right")])
