"""Explore: stated places of a list whose item is drawn by chance, so that what is seldom shown is tried.

Each such place draws by itself from a stratum of its own: the item that would stand there anyhow, beside every
m-th of the candidates that would not be shown, where m is how many places draw. So no item can come twice, the
draws are independent, the chance of an item at its place is the stated one to the last bit; the chance of a whole
list is the product. (Drawing without replacement from one pool, as Plackett and Luce do, has no such closed form
beyond its first place: the chance at a place depends on what was drawn above it.)

Source: Horvitz and Thompson, "A generalization of sampling without replacement from a finite universe", JASA 47,
1952 (why a chance must be known); strata are what makes it cheap here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.chance import stream, uniform_at
from evercart.errors import require
from evercart.learners.policies.slate import Slate

NAME = "explored"
Floats = NDArray[np.float64]


class Draw(Protocol):
    """From the scores of a stratum, the one that would stand there anyhow first, to the chance of each."""

    def __call__(self, score: Floats) -> Floats:
        """Return chances above 0 that sum to 1, (stratum,)."""
        ...


@dataclass(frozen=True)
class Uniform:
    """Leave what stands there, but with chance `epsilon` take any of the stratum, all alike.

    >>> Uniform(0.2)(np.array([3.0, 1.0])).tolist()
    [0.9, 0.1]
    """

    epsilon: float

    def __post_init__(self) -> None:
        require(0 < self.epsilon <= 1, "uniform.epsilon", "more than 0, at most 1", self.epsilon)

    def __call__(self, score: Floats) -> Floats:
        """Return the chances of a stratum."""
        chance = np.full(len(score), self.epsilon / len(score))
        chance[0] += 1.0 - self.epsilon
        return chance


@dataclass(frozen=True)
class Softmax:
    """Draw in proportion to exp(score / temperature), but none with less than `least` / stratum.

    >>> Softmax(1.0, least=0.0)(np.log([3.0, 1.0])).round(12).tolist()
    [0.75, 0.25]
    """

    temperature: float = 1.0
    least: float = 0.1

    def __post_init__(self) -> None:
        require(self.temperature > 0, "softmax.temperature", "more than 0", self.temperature)
        require(0 <= self.least <= 1, "softmax.least", "0 to 1", self.least)

    def __call__(self, score: Floats) -> Floats:
        """Return the chances of a stratum."""
        weight = np.exp((score - score.max()) / self.temperature)
        chance: Floats = self.least / len(score) + (1.0 - self.least) * weight / weight.sum()
        return chance


@dataclass(frozen=True)
class Explore:
    """Draw the item of some places.

    places   counted from 1; those that a short list does not have are passed over
    """

    places: tuple[int, ...]
    draw: Draw

    def __post_init__(self) -> None:
        rule = "different places of at least 1, in order"
        rising = all(a < b for a, b in zip(self.places, self.places[1:], strict=False))
        require(len(self.places) > 0 and self.places[0] >= 1 and rising, "explore.places", rule, self.places)

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate with what was drawn at these places."""
        shown, rest = slate.order[: slate.k].copy(), slate.order[slate.k :]
        at = [place - 1 for place in self.places if place <= len(shown)]
        chance, drawn = np.ones(len(shown)), []
        for i, place in enumerate(at):
            stratum = np.concatenate([shown[place : place + 1], rest[i :: len(at)]])
            chances = self.draw(slate.score[stratum])
            one = _one(chances, slate, place)
            shown[place], chance[place] = stratum[one], chances[one]
            if one:
                drawn.append(int(stratum[one]))
        slate = replace(slate.led_by(shown), chance=tuple(chance.tolist()))
        return slate.marked(drawn, NAME)


@lru_cache(1024)
def _stream(seed: int, place: int) -> np.uint64:
    return stream(seed, f"explore/{place}")


def _one(chances: Floats, slate: Slate, place: int) -> int:
    """Return which of a stratum is drawn for a question's place."""
    ends = np.cumsum(chances)
    point = uniform_at(_stream(slate.seed, place), slate.asked.number) * ends[-1]
    return min(int(np.searchsorted(ends, point, "right")), len(ends) - 1)
