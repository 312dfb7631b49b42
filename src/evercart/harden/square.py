"""Square: an attack that asks the network alone, without its slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.harden.attack import Best, Struck, Target, X


@dataclass(frozen=True)
class Square:
    """Random search: a square of the picture goes to the edge of the ball; it stays there where that does harm.

    shape       rows, columns of the picture whose pixels the inputs are
    radius      each input moves by it at most
    tries       how often the network is asked
    share       the part of the picture that the first squares take; later ones are smaller
    low, high   the inputs stay between

    A network that only hides its slopes falls to it.

    Source: Andriushchenko et al., "Square attack: a query-efficient black-box adversarial attack via random search",
    ECCV 2020, section 3.2 with algorithm 2; the schedule of sizes scaled to `tries`.
    """

    shape: tuple[int, int]
    radius: float
    tries: int = 300
    share: float = 0.3
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        require(min(self.shape) >= 1, "square.shape", "rows, columns of at least 1", self.shape)
        require(self.radius >= 0, "square.radius", "0 or more", self.radius)
        require(self.tries >= 1, "square.tries", "at least 1", self.tries)
        require(0 < self.share <= 1, "square.share", "more than 0, at most 1", self.share)
        require(self.low < self.high, "square.low", f"less than high, {self.high}", self.low)

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return the worst rows found."""
        require(x.shape[1] == self.shape[0] * self.shape[1], "square.shape", f"{x.shape[1]} pixels", self.shape)
        rows = np.arange(len(x))
        best = Best(x.copy(), target.harms(x, rows))
        stripes = self._stripes(x, seed)
        best.take(stripes, target.harms(stripes, rows))
        for try_ in range(self.tries):
            draws = uniform(seed, np.arange(3 * len(x)).reshape(3, -1) + 3 * len(x) * try_, "square")
            new = self._drawn(x, best.x, draws, self._side(try_))
            best.take(new, target.harms(new, rows))
        return Struck(best.x)

    def _side(self, try_: int) -> int:
        """Return the side of this try's squares, halved at 1, 5, 20, 50 % of the tries."""
        halved = sum(try_ >= at * self.tries for at in (0.01, 0.05, 0.2, 0.5))
        return max(1, round(float((self.share * self.shape[0] * self.shape[1] / 2**halved) ** 0.5)))

    def _stripes(self, x: X, seed: int) -> X:
        """Return rows whose every column of pixels goes to one edge."""
        places = np.arange(len(x) * self.shape[1]).reshape(len(x), 1, -1)
        signs = np.where(uniform(seed, places, "square/stripes") < 0.5, -1.0, 1.0)
        return self._near(x, np.broadcast_to(signs, (len(x), *self.shape)).reshape(len(x), -1))

    def _drawn(self, x: X, at: X, draws: NDArray[np.float64], side: int) -> X:
        """Return rows with a square each on the edge of the ball; draws (3, rows): top, left, sign."""
        height, width = self.shape
        tall, wide = min(side, height), min(side, width)
        top = np.floor(draws[0] * (height - tall + 1))[:, None]
        left = np.floor(draws[1] * (width - wide + 1))[:, None]
        row, column = np.divmod(np.arange(height * width), width)
        inside = (row >= top) & (row < top + tall) & (column >= left) & (column < left + wide)
        edge = self._near(x, np.where(draws[2] < 0.5, -1.0, 1.0)[:, None])
        return np.where(inside, edge, at).astype(np.float32)

    def _near(self, x: X, sign: NDArray[np.float64]) -> X:
        return np.clip(x + self.radius * sign, self.low, self.high).astype(np.float32)
