"""Spending: what a visit of a shopper is worth, seen few of them (gamma-gamma).

Worth of one visit is gamma (p, own), the own scale is gamma (q, gamma) among shoppers.

Source: Fader, Hardie and Lee, "RFM and CLV: using iso-value curves for customer base analysis", Journal of
Marketing Research 42(4), 2005; the likelihood from Fader and Hardie's note "The gamma-gamma model of monetary
value", 2013, equation 1a.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

NAMES: Final = ("p", "q", "gamma")
PRIOR: Final = (4.0, 4.0, 3.0)  # gamma in units of the mean visit


@kernel
def loss(params: NDArray[np.float64], visits: NDArray[np.float64], mean: NDArray[np.float64]) -> float:
    """Return the mean negative log likelihood of shoppers' means over their visits, in nats."""
    p, q, gamma = params[0], params[1], params[2]
    common = q * np.log(gamma) - math.lgamma(q)
    total = 0.0
    for i in range(len(visits)):
        all_ = p * visits[i]
        total += common + math.lgamma(all_ + q) - math.lgamma(all_) - np.log(mean[i])
        total += all_ * np.log(visits[i] * mean[i]) - (all_ + q) * np.log(gamma + visits[i] * mean[i])
    return -total / len(visits)


@kernel
def worth(params: NDArray[np.float64], visits: float, mean: float) -> float:
    """Return what the next visit is expected to be worth, in the unit of the mean; q at most 1 has no mean of all."""
    p, q, gamma = params[0], params[1], params[2]
    if p <= 0.0 or p * visits + q <= 1.0:
        return mean
    return float(p * (gamma + visits * mean) / (p * visits + q - 1.0))
