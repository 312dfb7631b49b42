"""Chance that survives replay: numbers drawn from nothing but seed, place, purpose."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import U64, mix
from evercart.kernel import kernel


def stream(seed: int, purpose: str) -> np.uint64:
    """Return the stream that kernels draw from."""
    return U64(mix(U64(seed), U64(zlib.crc32(purpose.encode()))))  # called from here, a kernel hands out int


@kernel
def uniform_at(stream: np.uint64, place: int) -> float:
    """Return a number in [0, 1), from within a kernel."""
    return float((mix(stream, U64(place)) >> U64(11)) * (1.0 / (1 << 53)))


@kernel
def normal_at(radius: np.uint64, angle: np.uint64, place: int) -> float:
    """Return a standard normal number, from within a kernel, by two streams; as `normal` but for rounding."""
    turn = np.cos(2.0 * np.pi * uniform_at(angle, place))
    return float(np.sqrt(-2.0 * np.log1p(-uniform_at(radius, place))) * turn)


@kernel
def _uniforms(stream: np.uint64, places: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.empty(len(places))
    for i in range(len(places)):
        out[i] = uniform_at(stream, places[i])
    return out


def uniform(seed: int, places: NDArray[np.int64], purpose: str) -> NDArray[np.float64]:
    """Return numbers in [0, 1), one a place (an offset, or the index of a weight), shaped like `places`.

    >>> a = uniform(1, np.arange(3), "start"); b = uniform(1, np.arange(2, 3), "start")
    >>> bool(a[2] == b[0])
    True
    """
    return _uniforms(stream(seed, purpose), np.ascontiguousarray(places.ravel(), np.int64)).reshape(places.shape)


def normal(seed: int, places: NDArray[np.int64], purpose: str) -> NDArray[np.float64]:
    """Return standard normal numbers, one a place.

    Source: Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29(2), 1958.
    """
    radius = np.sqrt(-2.0 * np.log1p(-uniform(seed, places, purpose + "/radius")))
    turn: NDArray[np.float64] = np.cos(2.0 * np.pi * uniform(seed, places, purpose + "/angle"))
    return radius * turn
