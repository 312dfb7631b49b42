"""Sketches: a vector as a few words of signs, from which the angle between two can be read."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal
from evercart.events.batch import SKETCH
from evercart.hashing import U64
from evercart.kernel import kernel, lean

WORDS: Final = len(SKETCH)
BITS: Final = 64 * WORDS
_ONES1: Final = U64(0x5555555555555555)
_ONES2: Final = U64(0x3333333333333333)
_ONES4: Final = U64(0x0F0F0F0F0F0F0F0F)
_SPREAD: Final = U64(0x0101010101010101)


def sketched(vectors: NDArray[np.float32], seed: int = 1) -> NDArray[np.uint64]:
    """Return on which side of 256 fixed random planes each vector lies: (rows, 4), zeros for a vector of zeros.

    The share of signs that differ is the angle between two vectors over pi, give or take 0.03.

    Source: Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002, section 3.

    >>> sketched(np.ones((1, 8), np.float32)).shape
    (1, 4)
    """
    return _signs(np.ascontiguousarray(vectors, np.float32), _planes(vectors.shape[1], seed))


@cache
def _planes(width: int, seed: int) -> NDArray[np.float32]:
    return normal(seed, np.arange(width * BITS).reshape(width, BITS), "sketch/planes").astype(np.float32)


@kernel
def _signs(vectors: NDArray[np.float32], planes: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Take the signs; sums run in one order, so that a row's bits do not depend on the others."""
    out = np.zeros((len(vectors), WORDS), np.uint64)
    sums = np.empty(BITS)
    for row in range(len(vectors)):
        sums[:] = 0.0
        some = False
        for column in range(vectors.shape[1]):
            value = vectors[row, column]
            if value != 0:
                some = True
                for bit in range(BITS):
                    sums[bit] += value * planes[column, bit]
        if some:
            for bit in range(BITS):
                if sums[bit] > 0:
                    out[row, bit >> 6] |= U64(1) << U64(bit & 63)
    return out


@lean
def ones(word: np.uint64) -> int:
    """Return how many bits of a word are set."""
    word = word - ((word >> U64(1)) & _ONES1)
    word = (word & _ONES2) + ((word >> U64(2)) & _ONES2)
    word = (word + (word >> U64(4))) & _ONES4
    return int((word * _SPREAD) >> U64(56))


@lean
def is_sketch(one: NDArray[np.uint64]) -> bool:
    """Return whether anything was sketched."""
    return bool((one[0] | one[1] | one[2] | one[3]) != U64(0))


@lean
def cosine(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Return about the cosine of the angle between two sketched vectors, from within a kernel; 0 if one is none."""
    if not (is_sketch(one) and is_sketch(other)):
        return 0.0
    differ = 0
    for word in range(WORDS):
        differ += ones(one[word] ^ other[word])
    return float(np.cos(np.pi * differ / BITS))
