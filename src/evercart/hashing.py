"""Keyed 64-bit hashes of names, of columns of names, of pairs of hashes."""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.kernel import kernel, lean
from evercart.memory import load64

U64 = np.uint64
_P1: Final = U64(0x9E3779B185EBCA87)
_P2: Final = U64(0xC2B2AE3D27D4EB4F)
_P3: Final = U64(0x165667B19E3779F9)
_P4: Final = U64(0x85EBCA77C2B2AE63)
_P5: Final = U64(0x27D4EB2F165667C5)
_NULL: Final = U64(0)
_BLOCK: Final = 512  # names whose last bytes are hashed side by side


@kernel
def _rotate(x: np.uint64, by: int) -> np.uint64:
    return (x << U64(by)) | (x >> U64(64 - by))


@kernel
def _round(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _rotate(lane + word * _P2, 31) * _P1


@kernel
def _long(data: NDArray[np.uint8], at: int, stop: int, seed: np.uint64) -> np.uint64:
    """Fold whole stripes of 32 bytes into one word."""
    a, b, c, d = seed + _P1 + _P2, seed + _P2, seed, seed - _P1
    while at + 32 <= stop:
        a = _round(a, load64(data, at))
        b = _round(b, load64(data, at + 8))
        c = _round(c, load64(data, at + 16))
        d = _round(d, load64(data, at + 24))
        at += 32
    h = _rotate(a, 1) + _rotate(b, 7) + _rotate(c, 12) + _rotate(d, 18)
    for lane in (a, b, c, d):
        h = (h ^ _round(U64(0), lane)) * _P1 + _P4
    return h


@kernel
def _ending(data: NDArray[np.uint8], stop: int, size: int) -> np.uint64:
    """Return the last bytes, fewer than 8, of the word that ends at `stop`."""
    return (load64(data, stop - 8) >> U64(8)) >> U64(56 - 8 * size)


@kernel
def _last(data: NDArray[np.uint8], at: int, stop: int) -> np.uint64:
    """Return the last bytes, fewer than 8, as the low end of one word."""
    if stop >= 8:
        return _ending(data, stop, stop - at)
    word = U64(0)  # the first names of a buffer: no whole word ends with them
    for i in range(stop - at):
        word |= U64(data[at + i]) << U64(8 * i)
    return word


@kernel
def _tail(h: np.uint64, word: np.uint64, size: np.uint64) -> np.uint64:
    """Fold fewer than 8 bytes in, without a branch: a step is taken back where there was no byte.

    So a loop over many names runs in the lanes of vector registers.
    """
    four = _rotate(h ^ ((word & U64(0xFFFFFFFF)) * _P1), 23) * _P2 + _P3
    h = four if size & U64(4) else h
    word = word >> U64(32) if size & U64(4) else word
    ones = size & U64(3)
    one = _rotate(h ^ ((word & U64(0xFF)) * _P5), 11) * _P1
    h = one if ones > U64(0) else h
    one = _rotate(h ^ (((word >> U64(8)) & U64(0xFF)) * _P5), 11) * _P1
    h = one if ones > U64(1) else h
    one = _rotate(h ^ (((word >> U64(16)) & U64(0xFF)) * _P5), 11) * _P1
    h = one if ones > U64(2) else h
    h = (h ^ (h >> U64(33))) * _P2
    h = (h ^ (h >> U64(29))) * _P3
    return h ^ (h >> U64(32))


@kernel
def _head(data: NDArray[np.uint8], at: int, stop: int, seed: np.uint64) -> np.uint64:
    """Fold all whole words of 8 bytes."""
    size = stop - at
    if size >= 32:
        h = _long(data, at, stop, seed)
        at = stop - size % 32
    else:
        h = seed + _P5
    h += U64(size)
    while at + 8 <= stop:
        h = _rotate(h ^ _round(U64(0), load64(data, at)), 27) * _P1 + _P4
        at += 8
    return h


@kernel
def hash_bytes(data: NDArray[np.uint8], at: int, stop: int, seed: np.uint64) -> np.uint64:
    """Return XXH64 of data[at:stop].

    Source: Collet, "xxHash fast digest algorithm", specification 0.1.1, section "XXH64".
    """
    left = (stop - at) & 7
    return _tail(_head(data, at, stop, seed), _last(data, stop - left, stop), U64(left))


@kernel
def _hash_rows(data: NDArray[np.uint8], starts: NDArray[np.int32], seed: np.uint64) -> NDArray[np.uint64]:
    out = np.empty(len(starts) - 1, np.uint64)
    words = np.empty(_BLOCK, np.uint64)
    sizes = np.empty(_BLOCK, np.uint64)
    heads = np.empty(_BLOCK, np.uint64)
    for first in range(0, len(out), _BLOCK):
        rows = min(_BLOCK, len(out) - first)
        for j in range(rows):
            at, stop = int(starts[first + j]), int(starts[first + j + 1])
            left = (stop - at) & 7
            if stop - at < 8 and stop >= 8:  # most names: nothing but last bytes, ending one load
                heads[j] = seed + _P5 + U64(left)
                words[j] = _ending(data, stop, left)
            else:
                heads[j] = _head(data, at, stop, seed)
                words[j] = _last(data, stop - left, stop)
            sizes[j] = U64(left)
        for j in range(rows):
            h = _tail(heads[j], words[j], sizes[j])
            out[first + j] = h if h != U64(0) else U64(1)
    return out


@lean
def mix(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return one hash of an ordered pair of hashes.

    Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 12
    (the finalizer; with the constants of Stafford's variant 13).
    """
    h = a * _P1 + b + _P5
    h = (h ^ (h >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> U64(27))) * U64(0x94D049BB133111EB)
    return h ^ (h >> U64(31))


@kernel
def mix_columns(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `mix` row by row; a row where either key is missing stays missing."""
    out = np.zeros(len(a), np.uint64)
    for i in range(len(a)):
        if a[i] != U64(0) and b[i] != U64(0):
            h = mix(a[i], b[i])
            out[i] = h if h != U64(0) else U64(1)
    return out


def hash_name(name: str, key: int) -> int:
    """Return the hash of one name under a shop's key; never 0, which means "no name".

    >>> hash_name("household-17", key=1) == hash_name("household-17", key=2)
    False
    """
    data = np.frombuffer(name.encode(), np.uint8)
    return int(hash_bytes(data, 0, len(data), U64(key))) or 1


def hash_strings(names: pa.Array | pa.ChunkedArray, key: int) -> NDArray[np.uint64]:
    """Return the hash of each name, (rows,), 0 where it is null; dictionaries are hashed once a word.

    >>> hash_strings(pa.array(["a", None, "a"]), key=7).tolist()[1]
    0
    """
    if isinstance(names, pa.ChunkedArray):
        parts = [hash_strings(chunk, key) for chunk in names.chunks]
        return np.concatenate(parts) if parts else np.empty(0, np.uint64)
    if pa.types.is_dictionary(names.type):
        words = np.append(hash_strings(names.dictionary, key), _NULL)
        places = names.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
        return cast(NDArray[np.uint64], words[places])
    if pa.types.is_null(names.type):
        return np.zeros(len(names), np.uint64)
    if names.type not in (pa.string(), pa.binary()):
        names = names.cast(pa.string())
    _, starts, data = names.buffers()
    if not len(names):
        return np.empty(0, np.uint64)
    first = np.frombuffer(starts, np.int32)[names.offset : names.offset + len(names) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    hashed = _hash_rows(letters, first, U64(key))
    if names.null_count:
        hashed[names.is_null().to_numpy(zero_copy_only=False)] = _NULL
    return hashed
