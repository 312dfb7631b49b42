"""Purchases: how often a shopper comes again, who may have left for good without a word (BG/NBD).

While here, a shopper comes at a rate of their own, after each visit leaves with a chance of their own; rates are
gamma (r, alpha), chances beta (a, b) among shoppers. What is known of one: `again`, visits after the first;
`last`, age at the newest visit; `age`, days since the first.

Source: Fader, Hardie and Lee, "'Counting your customers' the easy way: an alternative to the Pareto/NBD model",
Marketing Science 24(2), 2005: equations 6 and 10; the chance of being here from their note of 2008.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

NAMES: Final = ("r", "alpha", "a", "b")
PRIOR: Final = (1.0, 14.0, 0.5, 3.0)  # a visit in two weeks; one in seven visits is the last
_MOST_TERMS: Final = 5_000


@kernel
def loss(
    params: NDArray[np.float64], again: NDArray[np.float64], last: NDArray[np.float64], age: NDArray[np.float64]
) -> float:
    """Return the mean negative log likelihood of shoppers, in nats."""
    r, alpha, a, b = params[0], params[1], params[2], params[3]
    common = r * np.log(alpha) - math.lgamma(r) + math.lgamma(a + b) - math.lgamma(b)
    total = 0.0
    for i in range(len(again)):
        x = again[i]
        here = -(r + x) * np.log(alpha + age[i])
        if x > 0.0:
            gone = np.log(a / (b + x - 1.0)) - (r + x) * np.log(alpha + last[i])
            top = max(here, gone)
            here = top + np.log(np.exp(here - top) + np.exp(gone - top))
        total += common + math.lgamma(r + x) + math.lgamma(b + x) - math.lgamma(a + b + x) + here
    return -total / len(again)


@kernel
def chance_here(params: NDArray[np.float64], again: float, last: float, age: float) -> float:
    """Return the chance that a shopper may still come."""
    r, alpha, a, b = params[0], params[1], params[2], params[3]
    if again <= 0.0:
        return 1.0
    odds = np.log(a / (b + again - 1.0)) + (r + again) * np.log((alpha + age) / (alpha + last))
    return float(1.0 / (1.0 + np.exp(min(odds, 700.0))))


@kernel
def expected(params: NDArray[np.float64], again: float, last: float, age: float, days: float) -> float:
    """Return how many visits are to be expected within the next days.

    By Euler's transformation of the hypergeometric function, whose terms then stay small.
    """
    r, alpha, a, b = params[0], params[1], params[2], params[3]
    if abs(a - 1.0) < 1e-6:
        a = 1.0 + 1e-6  # the limit is finite; its formula is not
    z = days / (alpha + age + days)
    bottom = a + b + again - 1.0
    term, series = 1.0, 1.0
    for k in range(_MOST_TERMS):
        term *= (a + b - 1.0 - r + k) * (a - 1.0 + k) / ((bottom + k) * (k + 1.0)) * z
        series += term
        if abs(term) < 1e-13 * abs(series):
            break
    visits = bottom / (a - 1.0) * (1.0 - np.exp((a - 1.0) * np.log1p(-z)) * series)
    most = (r + again) / (alpha + age) * days  # of one who never leaves
    visits = max(visits, 0.0) if visits <= most else most
    return float(visits * chance_here(params, again, last, age))
