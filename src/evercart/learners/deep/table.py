"""Table: a short vector for each slot that was ever learned, the oldest making room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal_at, stream
from evercart.errors import require
from evercart.hashing import U64, mix
from evercart.kernel import kernel

Floats = NDArray[np.floating[Any]]
FREE: Final = -1  # no key
_WAYS: Final = 8  # rows where a key may lie
_TINY: Final = 1e-12


class Rows(NamedTuple):
    """The rows of a table; free ones are zeros, their key FREE."""

    key: NDArray[np.int64]  # (rows,)
    vector: Floats  # (rows, width)
    squares: Floats  # (rows, width) AdaGrad's sums
    lesson: NDArray[np.int64]  # (rows,) the lesson that last taught it

    def packed(self) -> Stored:
        """Drop what is free."""
        place = np.flatnonzero(self.key != FREE)
        taken = (self.key[place], self.vector[place], self.squares[place], self.lesson[place])
        return Stored(np.array([len(self.key)]), place, *taken)


class Stored(NamedTuple):
    """The rows taken, with their places."""

    size: NDArray[np.int64]  # (1,)
    place: NDArray[np.int64]  # (taken,)
    key: NDArray[np.int64]
    vector: Floats
    squares: Floats
    lesson: NDArray[np.int64]

    def unpacked(self) -> Rows:
        """Return the rows with those that are free."""
        made = rows(int(self.size[0]), self.vector.shape[1], self.vector.dtype)
        for column, taken in zip(made, (self.key, self.vector, self.squares, self.lesson), strict=True):
            column[self.place] = taken
        return made


class Touched(NamedTuple):
    """The slope of a loss along the vectors of some keys, each key once."""

    key: NDArray[np.int64]  # (keys,)
    slope: Floats  # (keys, width)


@dataclass(frozen=True)
class Table:
    """Vectors for the slot columns that a network reads; columns that name the same space share theirs.

    rows      how many there may be, a multiple of 8; a row appears when its slot is first learned
    width     numbers of a vector
    rate      a step is rate * slope / root of the sum of squared slopes
    keep      what is left of that sum at each step of the row: below 1, old steps do not slow new ones for ever
    spread    the standard deviation of a vector's first numbers, drawn by (seed, slot)

    A slot may lie in one of 8 rows, which its hash names. When they are all taken, the one not learned for the
    longest makes room; should its slot come again, it starts afresh. Slot 0, which means missing, is a vector of
    zeros, as is a slot never learned. The cost of a lesson is that of the slots in it, however large the table.

    Source: rows that expire: Liu et al., "Monolith: real time recommendation system with collisionless embedding
    table", ORSUM 2022, section 2.1; steps: Duchi, Hazan and Singer, "Adaptive subgradient methods", JMLR 12, 2011.
    """

    rows: int = 1 << 16
    width: int = 8
    rate: float = 0.05
    keep: float = 1.0
    spread: float = 0.05

    def __post_init__(self) -> None:
        right = self.rows >= _WAYS and self.rows % _WAYS == 0
        require(right, "table.rows", f"a multiple of {_WAYS}", self.rows)
        require(self.width >= 1, "table.width", "at least 1", self.width)
        require(0 < self.rate < np.inf, "table.rate", "more than 0 and finite", self.rate)
        require(0 < self.keep <= 1, "table.keep", "more than 0 and at most 1", self.keep)
        require(0 < self.spread < np.inf, "table.spread", "more than 0 and finite", self.spread)

    def vectors(self, held: Rows, keys: NDArray[np.int64], seed: int, *, born: bool) -> Floats:
        """Return the vectors of keys, (keys, width); those never learned as they are born, or as zeros."""
        out = np.zeros((len(keys), self.width), held.vector.dtype)
        _look(held, keys, self._chance(seed), born, out)
        return out

    def learn(self, held: Rows, touched: Touched, seed: int, lesson: int) -> None:
        """Move the vectors of keys against their slopes, in place."""
        _learn(held, touched.key, touched.slope, self._chance(seed), (self.rate, self.keep), lesson)

    def _chance(self, seed: int) -> tuple[np.uint64, np.uint64, float]:
        return stream(seed, "table/radius"), stream(seed, "table/angle"), self.spread


def rows(size: int, width: int, kind: Any) -> Rows:
    """Return rows that are all free."""
    numbers = np.zeros((size, width), kind)
    return Rows(np.full(size, FREE, np.int64), numbers, numbers.copy(), np.zeros(size, np.int64))


def merged(parts: list[Touched]) -> Touched:
    """Return the sum of slopes, each key once, in the order of keys."""
    if len(parts) == 1:
        return parts[0]
    keys, place = np.unique(np.concatenate([part.key for part in parts]), return_inverse=True)
    slope = np.zeros((len(keys), parts[0].slope.shape[1]), parts[0].slope.dtype)
    np.add.at(slope, place, np.concatenate([part.slope for part in parts]))
    return Touched(keys, slope)


@kernel
def keys_of(first: NDArray[np.int64], sizes: NDArray[np.int64], x: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the keys of slots x, (rows, fields), FREE for slot 0, for what is no slot.

    first, sizes    (fields,) where the slots of a column's space begin, how many there are
    """
    out = np.full(x.shape, FREE, np.int64)
    for row in range(x.shape[0]):
        for field in range(x.shape[1]):
            if np.float32(1.0) <= x[row, field] < sizes[field]:
                out[row, field] = first[field] + np.int64(x[row, field])
    return out


@kernel
def _first_row(size: int, wanted: int) -> int:
    sets = U64(size // _WAYS)
    return int(((mix(U64(wanted), U64(0)) >> U64(32)) * sets) >> U64(32)) * _WAYS


@kernel
def _look(
    held: Rows, keys: NDArray[np.int64], chance: tuple[np.uint64, np.uint64, float], born: bool, out: Floats
) -> None:
    for at in range(len(keys)):
        if keys[at] == FREE:
            continue
        row = _row(held.key, keys[at])
        if row >= 0:
            out[at] = held.vector[row]
        elif born:
            _bear(keys[at], chance, out[at])


@kernel
def _row(key: NDArray[np.int64], wanted: int) -> int:
    first = _first_row(len(key), wanted)
    for row in range(first, first + _WAYS):
        if key[row] == wanted:
            return row
    return -1


@kernel
def _bear(key: int, chance: tuple[np.uint64, np.uint64, float], out: Floats) -> None:
    radius, angle, spread = chance
    for at in range(len(out)):
        out[at] = spread * normal_at(radius, angle, key * len(out) + at)


@kernel
def _oldest(held: Rows, wanted: int) -> int:
    """Return a free row where a key may lie, else the one not learned for the longest."""
    first = _first_row(len(held.key), wanted)
    oldest = first
    for row in range(first, first + _WAYS):
        if held.key[row] == FREE:
            return row
        if held.lesson[row] < held.lesson[oldest]:
            oldest = row
    return oldest


@kernel
def _learn(
    held: Rows,
    keys: NDArray[np.int64],
    slopes: Floats,
    chance: tuple[np.uint64, np.uint64, float],
    rule: tuple[float, float],
    lesson: int,
) -> None:
    rate, keep = rule
    for at in range(len(keys)):
        if keys[at] == FREE:
            continue
        row = _row(held.key, keys[at])
        if row < 0:
            row = _oldest(held, keys[at])
            held.key[row] = keys[at]
            held.squares[row] = 0.0
            _bear(keys[at], chance, held.vector[row])
        held.lesson[row] = lesson
        for i in range(slopes.shape[1]):
            slope = np.float64(slopes[at, i])
            held.squares[row, i] = keep * held.squares[row, i] + slope * slope
            held.vector[row, i] -= rate * slope / np.sqrt(held.squares[row, i] + _TINY)
