"""Losses: from a margin to the guess, from a label to the slope.

A label of `logistic` or `hinge` is 1 for yes, 0 for no. Guesses are on the label's scale: a probability for
`logistic`, a value for `squared`; for `hinge` it is the margin, whose sign is the answer.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np

from evercart.errors import require
from evercart.kernel import kernel

Loss = Literal["logistic", "squared", "hinge"]
LOSSES: Final[tuple[Loss, ...]] = get_args(Loss)
_LOGISTIC, _SQUARED = 0, 1
_STEEPEST = 35.0  # a margin beyond it is a certainty that float64 can no longer tell from 1


def loss_code(where: str, loss: Loss) -> int:
    """Return a loss's number in kernels; one that is unknown raises `UserError`.

    >>> loss_code("linear.loss", "squared")
    1
    """
    require(loss in LOSSES, where, "one of " + " ".join(LOSSES), loss)
    return LOSSES.index(loss)


@kernel
def guess_of(loss: int, margin: float) -> float:
    """Return what a margin says, on the scale of the label."""
    if loss == _LOGISTIC:
        return float(1.0 / (1.0 + np.exp(-min(max(margin, -_STEEPEST), _STEEPEST))))
    return margin


@kernel
def _slope_at(loss: int, margin: float, y: float) -> float:
    if loss == _LOGISTIC:
        return guess_of(loss, margin) - y
    if loss == _SQUARED:
        return 2.0 * (margin - y)
    sign = 2.0 * y - 1.0
    return -sign if sign * margin < 1.0 else 0.0


@kernel
def slope_of(loss: int, margin: float, y: float, was: float) -> float:
    """Return d loss / d margin at y, less the one at the label it corrects, if there is one.

    logistic   -(y log p + (1 - y) log(1 - p)), p = 1 / (1 + exp(-margin))
    squared    (margin - y)^2, so the slope carries its factor of two
    hinge      max(0, 1 - (2 y - 1) margin)
    """
    slope = _slope_at(loss, margin, y)
    return slope - _slope_at(loss, margin, was) if was == was else slope
