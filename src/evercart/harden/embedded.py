"""Embedded: an attack on what a part inside the network says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evercart.chance import normal
from evercart.errors import require
from evercart.harden.attack import Struck, Target, X, moved, part_of
from evercart.learners.deep.extra import aligned, torch


@dataclass(frozen=True)
class Embedded:
    """Many steps within a Euclidean ball about the output of a named part, such as a text's embedding.

    part        the part's name in the module
    radius      of the ball about each row's output, all its axes together
    steps       from each start
    restarts    how many starts; the first one is the clean output

    No text may lead there, so it bounds what substitutions can do rather than tells it.

    Source: Miyato, Dai and Goodfellow, "Adversarial training methods for semi-supervised text classification", ICLR
    2017, section 3, equations 3 to 5, with the steps of Madry et al., ICLR 2018.

    >>> Embedded("0", 1.0, steps=0)
    Traceback (most recent call last):
    evercart.errors.UserError: embedded.steps: expected at least 1, got 0
    """

    part: str
    radius: float
    steps: int = 1
    restarts: int = 1

    def __post_init__(self) -> None:
        require(self.radius >= 0, "embedded.radius", "0 or more", self.radius)
        require(self.steps >= 1, "embedded.steps", "at least 1", self.steps)
        require(self.restarts >= 1, "embedded.restarts", "at least 1", self.restarts)

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return the rows as they were, with the worst shift found."""
        rows, rate = np.arange(len(x)), min(1.0, 2.5 / self.steps) * self.radius
        worst, harm = self._said(target, x) * 0, target.harms(x, rows)
        for restart in range(self.restarts):
            shift = worst * 0
            if restart:
                places = np.arange(shift.size).reshape(shift.shape)
                shift = self._within(normal(seed, places, f"embedded/{restart}").astype(shift.dtype))
            for _ in range(self.steps):
                slope = self._slope(target, x, shift)
                shift = self._within(shift + rate * slope / np.maximum(_long(slope), 1e-12))
            now = self._harms(target, x, shift)
            worst[now > harm] = shift[now > harm]
            harm = np.maximum(now, harm)
        return Struck(x, self.part, worst)

    def _within(self, shift: Any) -> Any:
        return shift * np.minimum(1.0, self.radius / np.maximum(_long(shift), 1e-12)).astype(shift.dtype)

    def _said(self, target: Target, x: X) -> Any:
        said: list[Any] = []
        hook = part_of(target.deep, self.part).register_forward_hook(lambda _, given, out: said.append(out.numpy()))
        try:
            with torch().no_grad():
                target.deep.layout.asked(training=False)(target.given(x))
        finally:
            hook.remove()
        return said[0]

    def _slope(self, target: Target, x: X, shift: Any) -> Any:
        it, tried = torch(), aligned(shift).requires_grad_()
        with moved(target.deep, self.part, tried):
            margins = target.deep.layout.asked(training=False)(target.given(x))
        slope = it.autograd.grad(target.harm(margins, np.arange(len(x))).sum(), tried, materialize_grads=True)[0]
        return np.nan_to_num(slope.numpy(), nan=0.0, posinf=0.0, neginf=0.0)

    def _harms(self, target: Target, x: X, shift: Any) -> Any:
        with torch().no_grad(), moved(target.deep, self.part, aligned(shift)):
            margins = target.deep.layout.asked(training=False)(target.given(x))
        return target.judged(margins, np.arange(len(x)))


def _long(values: Any) -> Any:
    """Return each row's length over all its axes, in a shape that divides the values."""
    return np.sqrt((values**2).sum(axis=tuple(range(1, values.ndim)), keepdims=True))
