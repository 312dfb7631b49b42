"""Steps: how all weights of a network move against a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.kernel import kernel

Floats = NDArray[np.floating[Any]]


class Steps(Protocol):
    """A rule that moves weights."""

    @property
    def moments(self) -> int:
        """Return how many numbers it remembers of each weight."""
        ...

    def move(self, weights: Floats, moments: Floats, gradient: Floats, step: int) -> None:
        """Move weights, (weights,), with their moments, (moments, weights), in place; `step` counts from 1."""
        ...


@dataclass(frozen=True)
class AdamW:
    """Steps as long as the gradient is steady: rate * mean / (root of the mean square + tiny).

    rate, mean, square, tiny    alpha, beta 1, beta 2, epsilon of the source
    decay                       the share of each weight, times the rate, that a step takes away

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; the decay:
    Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2.
    """

    rate: float = 1e-3
    mean: float = 0.9
    square: float = 0.999
    tiny: float = 1e-8
    decay: float = 0.0
    moments: ClassVar[int] = 2

    def __post_init__(self) -> None:
        require(0 < self.rate < np.inf, "adamw.rate", "more than 0 and finite", self.rate)
        require(0 <= self.mean < 1, "adamw.mean", "0 or more and less than 1", self.mean)
        require(0 <= self.square < 1, "adamw.square", "0 or more and less than 1", self.square)
        require(self.tiny > 0, "adamw.tiny", "more than 0", self.tiny)
        require(0 <= self.decay * self.rate < 1, "adamw.decay", "0 or more and less than 1 / rate", self.decay)

    def move(self, weights: Floats, moments: Floats, gradient: Floats, step: int) -> None:
        """Move the weights in place."""
        rate = self.rate * np.sqrt(1.0 - self.square**step) / (1.0 - self.mean**step)
        tiny = self.tiny * np.sqrt(1.0 - self.square**step)
        keep = 1.0 - self.rate * self.decay
        _adam(weights, moments, gradient, (rate, self.mean, self.square, tiny, keep))


@dataclass(frozen=True)
class HeavyBall:
    """Steps along a decaying sum of gradients.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    rate: float = 0.05
    keep: float = 0.9
    moments: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(0 < self.rate < np.inf, "heavy_ball.rate", "more than 0 and finite", self.rate)
        require(0 <= self.keep < 1, "heavy_ball.keep", "0 or more and less than 1", self.keep)

    def move(self, weights: Floats, moments: Floats, gradient: Floats, step: int) -> None:
        """Move the weights in place."""
        moments[0] *= weights.dtype.type(self.keep)
        moments[0] += gradient
        weights -= weights.dtype.type(self.rate) * moments[0]


@kernel
def _adam(weights: Floats, moments: Floats, gradient: Floats, rule: tuple[float, float, float, float, float]) -> None:
    rate, mean, square, tiny, keep = rule
    for i in range(len(weights)):
        g = np.float64(gradient[i])
        first = mean * moments[0, i] + (1.0 - mean) * g
        second = square * moments[1, i] + (1.0 - square) * g * g
        moments[0, i] = first
        moments[1, i] = second
        weights[i] = keep * weights[i] - rate * first / (np.sqrt(second) + tiny)
