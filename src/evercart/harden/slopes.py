"""Attacks along the slope of the loss in the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evercart.chance import normal, uniform
from evercart.errors import require
from evercart.harden.attack import Best, Struck, Target, X


@dataclass(frozen=True)
class Fgsm:
    """One step: each input moves by `radius` to the side where the loss rises.

    low, high    the inputs stay between, such as 0 to 1 for a picture

    Source: Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015, section 4.

    >>> Fgsm(-1)
    Traceback (most recent call last):
    evercart.errors.UserError: fgsm.radius: expected 0 or more, got -1
    """

    radius: float
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        require(self.radius >= 0, "fgsm.radius", "0 or more", self.radius)
        require(self.low < self.high, "fgsm.low", f"less than high, {self.high}", self.low)

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return the rows one step on."""
        up = np.float32(self.radius) * np.sign(target.slope(x))
        return Struck(np.clip(x + up, self.low, self.high).astype(np.float32))


@dataclass(frozen=True)
class Pgd:
    """Many steps within a ball, from several random places in it; of each row the worst is kept.

    radius      of the ball
    steps       from each start
    restarts    how many starts
    norm        "inf": each input moves by the radius at most; "2": the row does, in Euclid's distance
    rate        the length of a step, as a part of the radius; 0: 2.5 / steps, so that every place can be reached
    low, high   the inputs stay between

    Source: Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018, section 2.1 with
    section 4 for restarts.
    """

    radius: float
    steps: int = 10
    restarts: int = 1
    norm: Literal["inf", "2"] = "inf"
    rate: float = 0.0
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        require(self.radius >= 0, "pgd.radius", "0 or more", self.radius)
        require(self.steps >= 1, "pgd.steps", "at least 1", self.steps)
        require(self.restarts >= 1, "pgd.restarts", "at least 1", self.restarts)
        require(self.norm in ("inf", "2"), "pgd.norm", "inf or 2", self.norm)
        require(self.rate >= 0, "pgd.rate", "0 or more", self.rate)
        require(self.low < self.high, "pgd.low", f"less than high, {self.high}", self.low)

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return the worst rows found."""
        rows, rate = np.arange(len(x)), np.float32((self.rate or 2.5 / self.steps) * self.radius)
        best = Best(x.copy(), target.harms(x, rows))
        for restart in range(self.restarts):
            at = self._within(x, x + self._start(x, seed, restart))
            for _ in range(self.steps):
                at = self._within(x, at + rate * self._unit(target.slope(at)))
            best.take(at, target.harms(at, rows))
        return Struck(best.x)

    def _start(self, x: X, seed: int, restart: int) -> X:
        places, purpose = np.arange(x.size).reshape(x.shape), f"pgd/{restart}"
        if self.norm == "inf":
            return (self.radius * (2 * uniform(seed, places, purpose) - 1)).astype(np.float32)
        away = self.radius * self._unit(normal(seed, places, purpose).astype(np.float32))
        far = uniform(seed, places[:, :1], purpose + "/far") ** (1 / x.shape[1])
        return np.asarray(away * far, np.float32)

    def _unit(self, slope: X) -> X:
        """Return the steepest step of length 1, for each row."""
        if self.norm == "inf":
            return np.sign(slope)
        return np.asarray(slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-12), np.float32)

    def _within(self, x: X, at: X) -> X:
        """Return the nearest rows in the ball about x that are allowed."""
        away = at - x
        if self.norm == "inf":
            away = np.clip(away, -self.radius, self.radius)
        else:
            away *= np.minimum(1.0, self.radius / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12))
        return np.clip(x + away, self.low, self.high).astype(np.float32)
