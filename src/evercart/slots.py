"""Slots: from a key to a small dense number, with released numbers used again.

Owners keep arrays with one row a slot beside it. `reserve` makes room before a kernel runs; `find`, `add`
and `release` are kernels. The index (open addressing, linear probing) is rebuilt by `unpacked`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import U64, mix
from evercart.kernel import lean
from evercart.prefetch import prefetch

A = TypeVar("A", bound=NDArray[Any])
_SIZE, _FREE = 0, 1  # of `counts`: slots ever in use at once, how many of them are free
_SALT = U64(0x5851F42D4C957F2D)


class Slots(NamedTuple):
    """The numbers in use; a slot's key is 0 while it is free."""

    keys: NDArray[np.uint64]  # (capacity,) the key of each slot
    free: NDArray[np.int64]  # (capacity,) a stack of released slots
    counts: NDArray[np.int64]  # (2,)
    probe: NDArray[np.int32]  # (power of two,) slot + 1, or 0

    @property
    def size(self) -> int:
        """Return how many rows an owner's arrays need."""
        return int(self.counts[_SIZE])

    @property
    def live(self) -> int:
        """Return how many keys are held."""
        return int(self.counts[_SIZE] - self.counts[_FREE])

    def packed(self) -> Slots:
        """Drop spare room; the index is derived, so it goes too."""
        size, free = self.counts
        return Slots(self.keys[:size], self.free[:free], self.counts, np.zeros(0, np.int32))

    def unpacked(self) -> Slots:
        """Rebuild the index."""
        return _roomy(self, max(len(self.keys), 8))


def slots() -> Slots:
    """Return an empty table of slots."""
    return Slots(np.zeros(8, np.uint64), np.zeros(8, np.int64), np.zeros(2, np.int64), np.zeros(16, np.int32))


def reserve(table: Slots, more: int) -> Slots:
    """Return the table with room for `more` further keys."""
    need = table.live + more
    if need <= len(table.keys):  # released slots are used first, so live keys are what counts
        return table
    return _roomy(table, max(need, 2 * len(table.keys)))


def _roomy(table: Slots, capacity: int) -> Slots:
    size, free = table.counts
    keys = np.zeros(capacity, np.uint64)
    keys[:size] = table.keys[:size]
    stack = np.zeros(capacity, np.int64)
    stack[:free] = table.free[:free]
    index = np.zeros(1 << int(2 * capacity - 1).bit_length(), np.int32)
    _fill(index, keys, int(size))
    return Slots(keys, stack, table.counts, index)


def tall(array: A, height: int) -> A:
    """Return an array that stands beside slots with at least so many rows; new ones are zeros."""
    if len(array) >= height:
        return array
    higher = np.zeros((height, *array.shape[1:]), array.dtype)
    higher[: len(array)] = array
    return cast(A, higher)


@lean
def held(table: Slots) -> int:
    """Return how many keys are held: `live`, from within a kernel."""
    return int(table.counts[_SIZE] - table.counts[_FREE])


@lean
def _place(key: np.uint64, mask: int) -> np.int64:
    return np.int64(mix(key, _SALT) & U64(mask))


@lean
def _fill(index: NDArray[np.int32], keys: NDArray[np.uint64], size: int) -> None:
    mask = len(index) - 1
    for slot in range(size):
        if keys[slot] != U64(0):
            at = _place(keys[slot], mask)
            while index[at] != 0:
                at = (at + 1) & mask
            index[at] = slot + 1


@lean
def foresee(table: Slots, key: np.uint64) -> None:
    """Ask for the place where a search for the key will begin."""
    prefetch(table.probe, np.int64(_place(key, len(table.probe) - 1)))


@lean
def likely(table: Slots, key: np.uint64) -> int:
    """Return the slot where a search for the key begins, which is mostly where it ends; or -1."""
    return int(table.probe[_place(key, len(table.probe) - 1)] - 1)


@lean
def find(table: Slots, key: np.uint64) -> int:
    """Return the slot of a key, or -1."""
    mask = len(table.probe) - 1
    at = _place(key, mask)
    while table.probe[at] != 0:
        slot = table.probe[at] - 1
        if table.keys[slot] == key:
            return int(slot)
        at = (at + 1) & mask
    return -1


@lean
def add(table: Slots, key: np.uint64) -> int:
    """Return the slot of a key, taking the last released one, or a new one, if it has none."""
    mask = len(table.probe) - 1
    at = _place(key, mask)
    while table.probe[at] != 0:
        slot = table.probe[at] - 1
        if table.keys[slot] == key:
            return int(slot)
        at = (at + 1) & mask
    if table.counts[1] > 0:
        table.counts[1] -= 1
        new = table.free[table.counts[1]]
    else:
        new = table.counts[0]
        table.counts[0] += 1
    table.keys[new] = key
    table.probe[at] = new + 1
    return int(new)


@lean
def release(table: Slots, slot: int) -> None:
    """Forget the key of a slot; once none is left, numbering starts again."""
    mask = len(table.probe) - 1
    at = _place(table.keys[slot], mask)
    while table.probe[at] != slot + 1:
        at = (at + 1) & mask
    table.keys[slot] = U64(0)
    hole = at
    at = (at + 1) & mask
    while table.probe[at] != 0:  # close the gap, so that no search ends early (Knuth, TAOCP 3, 6.4, algorithm R)
        home = _place(table.keys[table.probe[at] - 1], mask)
        if (at - home) & mask >= (at - hole) & mask:
            table.probe[hole] = table.probe[at]
            hole = at
        at = (at + 1) & mask
    table.probe[hole] = 0
    table.free[table.counts[1]] = slot
    table.counts[1] += 1
    if table.counts[1] == table.counts[0]:
        table.counts[0] = 0
        table.counts[1] = 0
