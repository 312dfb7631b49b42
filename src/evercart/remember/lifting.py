"""Lifting: a row as cosines of random turns, so that what is far apart shares nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.kernel import kernel


def signs(seed: int, blocks: int, size: int) -> NDArray[np.float64]:
    """Return the signs of three turns a block, (blocks, 3, size), drawn from nothing but the seed."""
    places = np.arange(blocks * 3 * size).reshape(blocks, 3, size)
    return np.where(uniform(seed, places, "lifting/sign") < 0.5, -1.0, 1.0)


def phases(seed: int, features: int) -> NDArray[np.float64]:
    """Return where each cosine begins, (features,)."""
    return 2 * np.pi * uniform(seed, np.arange(features), "lifting/phase")


def size_for(inputs: int) -> int:
    """Return the power of two that has room for a row.

    >>> size_for(512), size_for(513)
    (512, 1024)
    """
    return 1 << max(inputs - 1, 1).bit_length()


def lifted(
    x: NDArray[np.float32], width: float, signs: NDArray[np.float64], phases: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return structured random features, (rows, features): products of two rows are about a Gaussian kernel.

    x         (rows, inputs); what is not finite counts as 0
    width     of the kernel, in units of x
    signs     see `signs`; its size has room for the inputs
    phases    (features,), at most blocks * size

    A row's bits depend on that row alone. Cost: size * log(size) a block, not inputs * features.

    Source: Yu et al., "Orthogonal random features", NIPS 2016, section 4; Rahimi and Recht, "Random features for
    large-scale kernel machines", NIPS 2007, algorithm 1.
    """
    return _lift(np.ascontiguousarray(x, np.float32), 1.0 / width, signs, phases)


@kernel
def _lift(
    x: NDArray[np.float32], scale: float, signs: NDArray[np.float64], phases: NDArray[np.float64]
) -> NDArray[np.float64]:
    blocks, size, features = signs.shape[0], signs.shape[2], len(phases)
    out, held = np.empty((len(x), features)), np.empty(size)
    by = scale / size  # three turns grow a row by size^1.5; the lengths of rows of a normal matrix are size^0.5
    height = np.sqrt(2.0 / features)
    for row in range(len(x)):
        for block in range(blocks):
            held[:] = 0.0
            for column in range(x.shape[1]):
                value = x[row, column]
                held[column] = value if np.isfinite(value) else 0.0
            for turn in range(3):
                for column in range(size):
                    held[column] *= signs[block, turn, column]
                _turned(held)
            first = block * size
            for column in range(min(size, features - first)):
                out[row, first + column] = height * np.cos(held[column] * by + phases[first + column])
    return out


@kernel
def _turned(held: NDArray[np.float64]) -> None:
    """Multiply by the Hadamard matrix in place."""
    half = 1
    while half < len(held):
        for start in range(0, len(held), 2 * half):
            for at in range(start, start + half):
                one, other = held[at], held[at + half]
                held[at] = one + other
                held[at + half] = one - other
        half *= 2
