"""Bets: the stakes laid at once on a challenger, each with its share of the money."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

STAKES: Final = 0.9 * 2.0 ** (-0.5 * np.arange(20))  # of what one has, from 0.9 down to 0.0012, two an octave


def money(likely: float | None) -> NDArray[np.float64]:
    """Return the logarithm of the money on each stake, (20,); together it is 1.

    likely    the stake at which the money peaks, falling off like a bell with a deviation of one octave;
              None: the same on each
    """
    if likely is None:
        return np.full(len(STAKES), -np.log(len(STAKES)))
    weight = np.exp(-0.5 * np.log2(STAKES / likely) ** 2)
    logs: NDArray[np.float64] = np.log(np.maximum(weight, 1e-300) / weight.sum())
    return logs


@kernel
def lay(wealth: NDArray[np.float64], stakes: NDArray[np.float64], gain: float) -> None:
    """Settle one bet in every stake's logarithm of wealth; `gain` is in [-1, 1]."""
    for k in range(len(stakes)):
        wealth[k] += np.log1p(stakes[k] * gain)


@kernel
def log_sum(wealth: NDArray[np.float64]) -> float:
    """Return the logarithm of all wealth together."""
    top = wealth[0]
    for k in range(len(wealth)):
        top = max(top, wealth[k])
    total = 0.0
    for k in range(len(wealth)):
        total += np.exp(wealth[k] - top)
    return float(top + np.log(total))
