"""Keyed 64-bit hashes of names, of columns of names, and of pairs of hashes."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.kernel import kernel

U64 = np.uint64
_P1: Final = U64(0x9E3779B185EBCA87)
_P2: Final = U64(0xC2B2AE3D27D4EB4F)
_P3: Final = U64(0x165667B19E3779F9)
_P4: Final = U64(0x85EBCA77C2B2AE63)
_P5: Final = U64(0x27D4EB2F165667C5)
_NULL: Final = U64(0)


@kernel
def _rotate(x: np.uint64, by: int) -> np.uint64:
    return (x << U64(by)) | (x >> U64(64 - by))


@kernel
def _read(data: NDArray[np.uint8], at: int, size: int) -> np.uint64:
    word = U64(0)
    for i in range(size):
        word |= U64(data[at + i]) << U64(8 * i)
    return word


@kernel
def _round(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _rotate(lane + word * _P2, 31) * _P1


@kernel
def _long(data: NDArray[np.uint8], at: int, stop: int, seed: np.uint64) -> np.uint64:
    """Fold whole stripes of 32 bytes into one word."""
    a, b, c, d = seed + _P1 + _P2, seed + _P2, seed, seed - _P1
    while at + 32 <= stop:
        a = _round(a, _read(data, at, 8))
        b = _round(b, _read(data, at + 8, 8))
        c = _round(c, _read(data, at + 16, 8))
        d = _round(d, _read(data, at + 24, 8))
        at += 32
    h = _rotate(a, 1) + _rotate(b, 7) + _rotate(c, 12) + _rotate(d, 18)
    for lane in (a, b, c, d):
        h = (h ^ _round(U64(0), lane)) * _P1 + _P4
    return h


@kernel
def hash_bytes(data: NDArray[np.uint8], at: int, stop: int, seed: np.uint64) -> np.uint64:
    """Return XXH64 of data[at:stop].

    Source: Collet, "xxHash fast digest algorithm", specification 0.1.1, section "XXH64".
    """
    size = stop - at
    if size >= 32:
        h = _long(data, at, stop, seed)
        at = stop - size % 32
    else:
        h = seed + _P5
    h += U64(size)
    while at + 8 <= stop:
        h = _rotate(h ^ _round(U64(0), _read(data, at, 8)), 27) * _P1 + _P4
        at += 8
    if at + 4 <= stop:
        h = _rotate(h ^ (_read(data, at, 4) * _P1), 23) * _P2 + _P3
        at += 4
    while at < stop:
        h = _rotate(h ^ (U64(data[at]) * _P5), 11) * _P1
        at += 1
    h = (h ^ (h >> U64(33))) * _P2
    h = (h ^ (h >> U64(29))) * _P3
    return h ^ (h >> U64(32))


@kernel
def _hash_rows(
    data: NDArray[np.uint8], starts: NDArray[np.int32], valid: NDArray[np.bool_], seed: np.uint64
) -> NDArray[np.uint64]:
    out = np.zeros(len(valid), np.uint64)
    for i in range(len(valid)):
        if valid[i]:
            h = hash_bytes(data, starts[i], starts[i + 1], seed)
            out[i] = h if h != U64(0) else U64(1)
    return out


@kernel
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
        hashed: NDArray[np.uint64] = words[places]
        return hashed
    if pa.types.is_null(names.type):
        return np.zeros(len(names), np.uint64)
    if names.type not in (pa.string(), pa.binary()):
        names = names.cast(pa.string())
    _, starts, data = names.buffers()
    if not len(names):
        return np.empty(0, np.uint64)
    first = np.frombuffer(starts, np.int32)[names.offset : names.offset + len(names) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    valid = names.is_valid().to_numpy(zero_copy_only=False)
    return _hash_rows(letters, first, valid, U64(key))
