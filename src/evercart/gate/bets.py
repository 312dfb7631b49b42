"""Bets: the stakes laid at once on a challenger, each with its share of the money."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

STAKES: Final = np.power(2.0, -0.5 * np.arange(20), dtype=np.float64) * np.float64(0.9)  # of what one has
_LEAST, _MOST = 1e-300, 1e300  # what is above is thrown away; less is made up to it, a gift of 1e-280 in 1e18 bets


def money(likely: float | None) -> NDArray[np.float64]:
    """Return the money on each stake, (20,); together it is 1.

    likely    the stake at which the money peaks, falling off like a bell with a deviation of one octave;
              None: the same on each

    >>> money(None).sum().round(9), STAKES[money(likely=0.45).argmax()]
    (np.float64(1.0), np.float64(0.45))
    """
    weight = np.ones(len(STAKES)) if likely is None else np.exp(-0.5 * np.log2(STAKES / likely) ** 2)
    shares: NDArray[np.float64] = weight / weight.sum()
    return shares


@kernel
def lay(wealth: NDArray[np.float64], stakes: NDArray[np.float64], gain: float) -> float:
    """Settle one bet in the money on every stake; return the logarithm of it all. `gain` is in [-1, 1]."""
    for k in range(len(stakes)):
        wealth[k] = min(max(wealth[k] * (1.0 + stakes[k] * gain), _LEAST), _MOST)
    return log_sum(wealth)


@kernel
def log_sum(wealth: NDArray[np.float64]) -> float:
    """Return the logarithm of all money together, in nats."""
    total = 0.0
    for k in range(len(wealth)):
        total += wealth[k]
    return float(np.log(total))
