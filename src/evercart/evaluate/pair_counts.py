"""Pair counts: how often one item was seen with another, as lists that grow up to a bound.

Where there would be more than `MOST` pairs, those seen least go until half of them are left: counts of rare pairs
then are too low, by at most what was dropped.

Source: Manku and Motwani, "Approximate frequency counts over data streams", VLDB 2002 (lossy counting).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel, lean

_SPREAD: Final = 0x9E3779B97F4A7C15
MOST: Final = 1 << 25  # pairs: 16 bytes each, up to 16 more to find them


class PairCounts(NamedTuple):
    """Counts of ordered pairs of dense numbers; the pairs of one item are chained.

    size[0] is how many pairs there are.
    """

    probe: NDArray[np.int32]  # (power of two,) pair + 1, or 0
    head: NDArray[np.int32]  # (items,) the newest pair of an item, or -1
    one: NDArray[np.int32]  # (room,)
    other: NDArray[np.int32]  # (room,)
    link: NDArray[np.int32]  # (room,) the next pair of the same item, or -1
    times: NDArray[np.int32]  # (room,)
    size: NDArray[np.int64]  # (1,)


def pair_counts(items: int) -> PairCounts:
    """Return no counts.

    >>> counts = with_room(pair_counts(3), 1)
    >>> add(counts, 2, 1), add(counts, 2, 1), count(counts, 2, 1), count(counts, 1, 2)
    (None, None, 2, 0)
    """
    none = np.zeros(0, np.int32)
    return PairCounts(np.zeros(16, np.int32), np.full(items, -1, np.int32), none, none, none, none, np.zeros(1, int))


def with_room(counts: PairCounts, more: int, most: int = MOST) -> PairCounts:
    """Return the counts with room for so many further pairs; of more than `most` the rarest are dropped."""
    least = 1
    while int(counts.size[0]) + more > most and counts.size[0] > most // 2:
        _thin(counts, least)
        least *= 2
    wanted = int(counts.size[0]) + more
    if wanted <= len(counts.one):
        return counts
    room = max(wanted, min(len(counts.one) * 3 // 2, most))
    grown = counts._replace(
        one=_tall(counts.one, room),
        other=_tall(counts.other, room),
        link=_tall(counts.link, room),
        times=_tall(counts.times, room),
    )
    if len(counts.probe) >= 2 * room:
        return grown
    grown = grown._replace(probe=np.zeros(1 << (2 * room - 1).bit_length(), np.int32))
    _index(grown)
    return grown


def _tall(column: NDArray[np.int32], room: int) -> NDArray[np.int32]:
    out = np.empty(room, np.int32)
    out[: len(column)] = column
    return out


@kernel
def _thin(counts: PairCounts, least: int) -> None:
    """Drop the pairs that were counted no more than so often; the others keep their order."""
    kept = 0
    counts.head[:] = -1
    counts.probe[:] = 0
    for pair in range(counts.size[0]):
        if counts.times[pair] > least:
            one = counts.one[pair]
            counts.one[kept], counts.other[kept], counts.times[kept] = one, counts.other[pair], counts.times[pair]
            counts.link[kept] = counts.head[one]
            counts.head[one] = kept
            kept += 1
    counts.size[0] = kept
    _index(counts)


@kernel
def _index(counts: PairCounts) -> None:
    for pair in range(counts.size[0]):
        counts.probe[_place(counts, counts.one[pair], counts.other[pair])] = pair + 1


@lean
def _place(counts: PairCounts, one: int, other: int) -> int:
    """Return where a pair stands in `probe`, or where it would."""
    mask = len(counts.probe) - 1
    mixed = ((np.uint64(one) << np.uint64(32)) | np.uint64(other)) * np.uint64(_SPREAD)
    at = np.int64(mixed >> np.uint64(24)) & mask
    while counts.probe[at] != 0:
        pair = counts.probe[at] - 1
        if counts.one[pair] == one and counts.other[pair] == other:
            break
        at = (at + 1) & mask
    return int(at)


@kernel
def add(counts: PairCounts, one: int, other: int) -> None:
    """Count a pair once more; the caller has made room."""
    at = _place(counts, one, other)
    if counts.probe[at] == 0:
        pair = counts.size[0]
        counts.size[0] = pair + 1
        counts.probe[at] = pair + 1
        counts.one[pair], counts.other[pair], counts.times[pair] = one, other, 0
        counts.link[pair] = counts.head[one]
        counts.head[one] = pair
    counts.times[counts.probe[at] - 1] += 1


@kernel
def count(counts: PairCounts, one: int, other: int) -> int:
    """Return how often a pair was counted."""
    pair = counts.probe[_place(counts, one, other)] - 1
    return int(counts.times[pair]) if pair >= 0 else 0
