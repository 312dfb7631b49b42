"""Blends: what a hardened learner makes small, with clean rows beside attacked ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from evercart.errors import require
from evercart.harden.attack import Harm, other, wrong
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats


class Blend(Protocol):
    """Says what to defend, in which measure."""

    def harm(self, deep: Deep, lesson: Lesson, said: Floats) -> Harm:
        """Return what the attack makes large; `said` are the clean margins, (rows, outputs)."""
        ...

    def loss(self, deep: Deep, clean: Any, struck: Any, lesson: Lesson) -> Any:
        """Return the objective, a tensor of one number, of clean margins with attacked ones, each (rows, outputs)."""
        ...


@dataclass(frozen=True)
class Beside:
    """The loss of attacked rows, `share` of it, beside that of clean ones.

    share    0: nothing is learned from an attack, it is only counted; 1: from nothing else

    Source: Goodfellow, Shlens and Szegedy, ICLR 2015, section 6; with a share of 1: Madry et al., ICLR 2018, equation
    2.1.

    >>> Beside(2)
    Traceback (most recent call last):
    evercart.errors.UserError: beside.share: expected 0 to 1, got 2
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        require(0 <= self.share <= 1, "beside.share", "0 to 1", self.share)

    def harm(self, deep: Deep, lesson: Lesson, said: Floats) -> Harm:
        """Return the loss at the labels."""
        return wrong(deep, lesson.y)

    def loss(self, deep: Deep, clean: Any, struck: Any, lesson: Lesson) -> Any:
        """Return the weighted mean of both losses."""
        return (1 - self.share) * deep.loss(clean, lesson) + self.share * deep.loss(struck, lesson)


@dataclass(frozen=True)
class Trades:
    """The loss of clean rows, plus how far the network says something else of attacked ones.

    strength    1 / lambda of the source: more holds better, at the cost of clean rows

    Source: Zhang et al., "Theoretically principled trade-off between robustness and accuracy", ICML 2019, equation 5.
    """

    strength: float = 6.0

    def __post_init__(self) -> None:
        require(self.strength >= 0, "trades.strength", "0 or more", self.strength)

    def harm(self, deep: Deep, lesson: Lesson, said: Floats) -> Harm:
        """Return the distance from what was said."""
        return other(deep, said)

    def loss(self, deep: Deep, clean: Any, struck: Any, lesson: Lesson) -> Any:
        """Return the clean loss plus the mean distance; slopes go through both."""
        return deep.loss(clean, lesson) + self.strength * deep.head.apart(struck, clean).mean()
