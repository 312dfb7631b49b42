"""Losses: what one guess costs once its label is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.kernel import kernel

Kind = Literal["binary", "number", "label"]
EPSILON: Final = 1e-15  # probabilities are clipped to [EPSILON, 1 - EPSILON] before a logarithm is taken

LOG_LOSS, SQUARED, ABSOLUTE, PINBALL = 0, 1, 2, 3
_CODES: Final = {"log_loss": LOG_LOSS, "squared": SQUARED, "absolute": ABSOLUTE, "pinball": PINBALL}


@dataclass(frozen=True)
class Loss:
    """A loss an app names; smaller is better.

    kind     "binary": the label is 0 or 1, the guess the chance of 1; "number": both in the label's unit; "label": the
             guess is the chance that was given to the true label, which counts as 1
    level    the quantile that is guessed, in (0, 1); read by the pinball loss only
    """

    name: str
    kind: Kind
    level: float = 0.5

    def __post_init__(self) -> None:
        require(self.name in _CODES, "loss.name", "one of " + " ".join(_CODES), self.name)
        require(0 < self.level < 1, "loss.level", "a number between 0 and 1", self.level)

    @property
    def code(self) -> int:
        """Return the number by which kernels know the loss."""
        return _CODES[self.name]

    def each(self, y: NDArray[np.float64], guess: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the loss of each question, (rows,).

        >>> log_loss.each(np.array([1.0]), np.array([0.5])).round(4).tolist()
        [0.6931]
        """
        return _each(self.code, self.level, np.asarray(y, np.float64), np.asarray(guess, np.float64))


log_loss: Final = Loss("log_loss", "binary")
named_loss: Final = Loss("log_loss", "label")
squared: Final = Loss("squared", "number")
absolute: Final = Loss("absolute", "number")


def pinball(level: float) -> Loss:
    """Return the loss whose best guess is the quantile of a level.

    >>> pinball(0.9).each(np.array([10.0]), np.array([8.0])).round(4).tolist()
    [1.8]
    """
    return Loss("pinball", "number", level)


@kernel
def loss_of(code: int, level: float, y: float, guess: float) -> float:
    """Return one question's loss, in nats, or the label's unit (squared: its square).

    Source: Good, "Rational decisions", JRSS B 14(1), 1952 (logarithmic); Koenker and Bassett,
    "Regression quantiles", Econometrica 46(1), 1978 (pinball).
    """
    if code == LOG_LOSS:
        p = min(max(guess, EPSILON), 1.0 - EPSILON)
        return float(-(y * np.log(p) + (1.0 - y) * np.log1p(-p)))
    miss = y - guess
    if code == SQUARED:
        return miss * miss
    if code == ABSOLUTE:
        return abs(miss)
    return max(level * miss, (level - 1.0) * miss)


@kernel
def _each(code: int, level: float, y: NDArray[np.float64], guess: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty(len(y))
    for i in range(len(y)):
        out[i] = loss_of(code, level, y[i], guess[i])
    return out
