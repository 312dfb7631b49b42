"""Bins of guesses, fine enough that curves over them stand for curves over questions."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

BINS: Final = 1024
_LOGIT: Final = 12.0  # chances from 6e-6 to 1 - 6e-6 have bins of their own, 0.023 wide in logits
_ASINH: Final = 24.0  # numbers up to 1.3e10 either side of 0, in steps of 5 %, or of 0.05 near 0
COUNT, LABELS, GUESSES = 0, 1, 2  # rows of a histogram: questions, sum of labels, sum of guesses


@kernel
def bin_of(guess: float, binary: bool) -> int:
    """Return the bin of a guess, rising with it; the end bins take what lies beyond.

    A chance is binned by its logit, a number by its inverse hyperbolic sine.
    """
    if binary:
        p = min(max(guess, 1e-9), 1.0 - 1e-9)
        place = np.log(p / (1.0 - p)) / _LOGIT
    else:
        place = np.arcsinh(guess) / _ASINH
    at = int(np.floor((place + 1.0) * (BINS // 2)))
    return min(max(at, 0), BINS - 1)


@kernel
def _fill(y: NDArray[np.float64], guess: NDArray[np.float64], binary: bool) -> NDArray[np.float64]:
    out = np.zeros((3, BINS))
    for i in range(len(y)):
        at = bin_of(guess[i], binary)
        out[COUNT, at] += 1.0
        out[LABELS, at] += y[i]
        out[GUESSES, at] += guess[i]
    return out


def histogram(y: NDArray[np.float64], guess: NDArray[np.float64], binary: bool) -> NDArray[np.float64]:
    """Return (3, BINS): questions, sum of labels, sum of guesses in each bin.

    >>> histogram(np.array([0.0, 1.0]), np.array([0.5, 0.5]), binary=True).max(axis=1).tolist()
    [2.0, 1.0, 1.0]
    """
    return _fill(np.asarray(y, np.float64), np.asarray(guess, np.float64), binary)
