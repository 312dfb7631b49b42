"""Ids: where in the log an id stands, by runs of sorted 128-bit hashes.

A run is one file of three rows, sorted by the first: two hashes of the id under different keys, its offset.
Runs stay at least twice as long as the next newer one, so there are logarithmically many.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.durable import opened, scratch_of, settle, sync
from evercart.hashing import U64, hash_strings
from evercart.kernel import kernel
from evercart.log.faults import plainly
from evercart.log.files import Stored, require_size

_SECOND: Final = 0xD6E8FEB86659FD93  # the second hash's key is the shop's, changed by this
Words = NDArray[np.uint64]


class Ids(NamedTuple):
    """Ids as 128-bit hashes, with the order that sorts them; rows without an id hash to 0."""

    high: Words  # (rows,)
    low: Words  # (rows,)
    order: NDArray[np.int64]  # (rows,) by `high`


class Erased(NamedTuple):
    """What is left of erased rows' ids: hashes, so that one of them sent again is known."""

    offset: NDArray[np.int64]  # (rows,)
    high: Words  # (rows,)
    low: Words  # (rows,)


NONE_ERASED: Final = Erased(np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.uint64))


@dataclass(frozen=True)
class Run:
    """Sorted hashes of ids that stand in sealed segments."""

    stored: Stored
    words: Words  # (3, rows): high, low, offset

    def __len__(self) -> int:
        return int(self.words.shape[1])


def hash_ids(ids: pa.ChunkedArray, key: int) -> Ids:
    """Return the hashes of ids; the first is the one that `Events` holds.

    >>> hash_ids(pa.chunked_array([["b", None]]), key=1).high.tolist()[1]
    0
    """
    high = hash_strings(ids, key)
    return Ids(high, hash_strings(ids, key ^ _SECOND), np.argsort(high))


def with_erased(ids: Ids, first: int, erased: Erased) -> Ids:
    """Return the hashes of rows that stand at `first` and after, those of erased rows among them."""
    high, low = ids.high.copy(), ids.low.copy()
    high[erased.offset - first], low[erased.offset - first] = erased.high, erased.low
    return Ids(high, low, np.argsort(high))


def find(runs: list[Run], ids: Ids) -> NDArray[np.int64]:
    """Return the offset at which each id's hashes stand in a run, (rows,); -1 where they do not."""
    found = np.full(len(ids.high), -1, np.int64)
    for run in runs:
        _find(run.words, ids.high, ids.low, ids.order, found)
    return found


def first_of(ids: Ids) -> NDArray[np.int64]:
    """Return for each row the first row with the same hashes, (rows,): itself, unless an id is repeated."""
    return _first_of(ids.high, ids.low, ids.order)


def write_run(folder: Path, name: str, ids: Ids, first: int) -> Run:
    """Write the run of rows that stand at `first` and after."""
    order = ids.order[np.searchsorted(ids.high, U64(1), sorter=ids.order) :]  # not those without an id
    words = _room(folder, name, len(order))
    words[0], words[1], words[2] = ids.high[order], ids.low[order], order + first
    return _finished(folder, name, words)


def merge(folder: Path, name: str, one: Run, other: Run) -> Run:
    """Write two runs as one; memory is the page cache's."""
    words = _room(folder, name, len(one) + len(other))
    _merge(one.words, other.words, words)
    return _finished(folder, name, words)


def unbalanced(runs: list[Run]) -> bool:
    """Return whether the last two runs are to be merged."""
    return len(runs) > 1 and len(runs[-2]) < 2 * len(runs[-1])


def open_run(folder: Path, stored: Stored) -> Run:
    """Map a run that was written before."""
    require_size(folder, stored)
    with plainly(folder / stored.name):
        if not stored.size:
            return Run(stored, np.zeros((3, 0), np.uint64))
        return Run(stored, np.memmap(folder / stored.name, np.uint64, "r").reshape(3, -1))


def _room(folder: Path, name: str, rows: int) -> Words:
    with plainly(folder / name):
        scratch = scratch_of(folder / name)
        if not rows:
            scratch.write_bytes(b"")
            return np.zeros((3, 0), np.uint64)
        with opened(scratch) as file:
            for _ in range(3):  # written, not only claimed: a full disk must not become a fault of memory
                file.write(np.zeros(rows, np.uint64).data)
        return np.memmap(scratch, np.uint64, "r+", shape=(3, rows))


def _finished(folder: Path, name: str, words: Words) -> Run:
    with plainly(folder / name):
        if isinstance(words, np.memmap):
            words.flush()
        sync(scratch_of(folder / name))
        settle(scratch_of(folder / name), folder / name)
    return Run(Stored(name, words.nbytes, hashlib.sha256(words.data).hexdigest()), words)


@kernel
def _find(run: Words, high: Words, low: Words, order: NDArray[np.int64], found: NDArray[np.int64]) -> None:
    """Look sorted hashes up, each from the place of the one before."""
    at = 0
    for i in order:
        if high[i] == U64(0):
            continue
        at = _lower_bound(run[0], high[i], at)
        place = at
        while place < run.shape[1] and run[0, place] == high[i]:
            if run[1, place] == low[i]:
                found[i] = np.int64(run[2, place])
                break
            place += 1


@kernel
def _lower_bound(hashes: Words, want: np.uint64, at: int) -> int:
    """Return the first place from `at` on whose hash is not below `want`, in time log(its distance).

    Source: Bentley and Yao, "An almost optimal algorithm for unbounded searching", IPL 5(3), 1976.
    """
    step = 1
    while at + step < len(hashes) and hashes[at + step] < want:
        at, step = at + step, 2 * step
    left, right = at, min(at + step, len(hashes))
    while left < right:
        middle = (left + right) >> 1
        if hashes[middle] < want:
            left = middle + 1
        else:
            right = middle
    return left


@kernel
def _first_of(high: Words, low: Words, order: NDArray[np.int64]) -> NDArray[np.int64]:
    first = np.arange(len(order))
    at = 0
    while at < len(order):
        stop = at + 1
        while stop < len(order) and high[order[stop]] == high[order[at]]:
            stop += 1
        if stop > at + 1 and high[order[at]] != U64(0):
            alike = np.sort(order[at:stop])
            for i in alike:
                for j in alike:
                    if low[j] == low[i]:
                        first[i] = j
                        break
        at = stop
    return first


@kernel
def _merge(one: Words, other: Words, out: Words) -> None:
    i, j = 0, 0
    for at in range(out.shape[1]):
        if j >= other.shape[1] or (i < one.shape[1] and one[0, i] <= other[0, j]):
            for part in range(3):
                out[part, at] = one[part, i]
            i += 1
        else:
            for part in range(3):
                out[part, at] = other[part, j]
            j += 1
