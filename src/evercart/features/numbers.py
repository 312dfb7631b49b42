"""Numbers: features of one number, with the fixed transforms that make another of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column
from evercart.features.needs import Need
from evercart.features.seen import Seen
from evercart.features.slotted import array_of


class Number:
    """Base of features that are one number a question; a transform shares the measure it is made from."""

    @property
    def name(self) -> str:
        """Return the name of the column."""
        raise NotImplementedError

    @property
    def unit(self) -> str:
        """Return the unit of the number."""
        return "1"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return what the table must remember."""
        raise NotImplementedError

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns read off the questions themselves."""
        return ()

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return the one column."""
        return (Column(self.name, self.unit),)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return one number a question, (questions,)."""
        raise NotImplementedError

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return the one column's numbers."""
        return (seen.number(self),)

    def log1p(self) -> Number:
        """Return the signed logarithm, sign(x) log(1 + |x|): sums may be negative."""
        return Log1p(self)

    def log(self, offset: float) -> Number:
        """Return the logarithm of x + offset, x being never negative: what lies far below the offset is alike."""
        return Log(self, offset)

    def hinge(self, knot: float) -> Number:
        """Return max(x - knot, 0), for a line that bends at the knot."""
        return Hinge(self, knot)

    def sqrt(self) -> Number:
        """Return the root with the sign of x: it is odd, like the logarithm."""
        return Sqrt(self)

    def clip(self, low: float, high: float) -> Number:
        """Return x held within [low, high], in its own unit."""
        return Clip(self, low, high)

    def scaled(self, by: float) -> Number:
        """Return x times a constant."""
        return Scaled(self, by)

    def bucket(self, edges: tuple[float, ...]) -> Bucket:
        """Return a slot: how many edges lie at or below x."""
        return Bucket(self, tuple(edges))


@dataclass(frozen=True)
class _Made(Number):
    of: Number

    @property
    def needs(self) -> tuple[Need, ...]:
        return self.of.needs


@dataclass(frozen=True)
class Log1p(_Made):
    """A signed logarithm.

    >>> from evercart.features.windows import Count
    >>> Count("order", 86_400).log1p().name
    'order_count_1d.log1p'
    """

    @property
    def name(self) -> str:
        """Return the measure's name with the transform behind it."""
        return f"{self.of.name}.log1p"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return f"log1p {self.of.unit}"

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return sign(x) log(1 + |x|)."""
        x = seen.number(self.of)
        return np.copysign(np.log1p(np.abs(x)), x)


@dataclass(frozen=True)
class Log(_Made):
    """A logarithm of a number that is never negative."""

    offset: float

    def __post_init__(self) -> None:
        require(self.offset > 0, f"{self.of.name}.log", "an offset above 0", self.offset)

    @property
    def name(self) -> str:
        """Return the measure's name with the transform behind it."""
        return f"{self.of.name}.log_{self.offset:g}"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return f"log {self.of.unit}"

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return log(max(x, 0) + offset)."""
        return np.asarray(np.log(np.maximum(seen.number(self.of), 0.0) + self.offset), np.float64)


@dataclass(frozen=True)
class Hinge(_Made):
    """What a number has beyond a knot."""

    knot: float

    def __post_init__(self) -> None:
        require(bool(np.isfinite(self.knot)), f"{self.of.name}.hinge", "a finite knot", self.knot)

    @property
    def name(self) -> str:
        """Return the measure's name with the transform behind it."""
        return f"{self.of.name}.hinge_{self.knot:g}"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return self.of.unit

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return max(x - knot, 0)."""
        return np.maximum(seen.number(self.of) - self.knot, 0.0)


@dataclass(frozen=True)
class Sqrt(_Made):
    """A signed square root."""

    @property
    def name(self) -> str:
        """Return the measure's name with the transform behind it."""
        return f"{self.of.name}.sqrt"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return f"sqrt {self.of.unit}"

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return sign(x) sqrt(|x|)."""
        x = seen.number(self.of)
        return np.copysign(np.sqrt(np.abs(x)), x)


@dataclass(frozen=True)
class Clip(_Made):
    """A number held within bounds."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require(self.low < self.high, f"{self.of.name}.clip", "low below high", (self.low, self.high))

    @property
    def name(self) -> str:
        """Return the measure's name with the transform behind it."""
        return f"{self.of.name}.clip_{self.low:g}_{self.high:g}"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return self.of.unit

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return x within [low, high]."""
        return np.clip(seen.number(self.of), self.low, self.high)


@dataclass(frozen=True)
class Scaled(_Made):
    """A number times a constant."""

    by: float

    def __post_init__(self) -> None:
        require(bool(np.isfinite(self.by)) and self.by != 0, f"{self.of.name}.scaled", "a number but 0", self.by)

    @property
    def name(self) -> str:
        """Return the measure's name with the transform behind it."""
        return f"{self.of.name}.scaled_{self.by:g}"

    @property
    def unit(self) -> str:
        """Return the unit."""
        return f"{1 / self.by:g} {self.of.unit}"

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return x times the constant."""
        return seen.number(self.of) * self.by


@dataclass(frozen=True)
class Bucket:
    """The slot of a number among edges: slot s holds edges[s - 1] <= x < edges[s].

    >>> from evercart.features.windows import Count
    >>> Count("order", 3_600).bucket((1, 5)).outputs[0].slots
    3
    """

    of: Number
    edges: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = bool(self.edges) and all(a < b for a, b in pairwise(self.edges))
        require(rising, f"{self.of.name}.bucket", "strictly increasing edges", self.edges)

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return the one slot column."""
        return (Column(f"{self.of.name}.bucket", slots=len(self.edges) + 1),)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return what the number needs."""
        return self.of.needs

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns read off the questions themselves."""
        return self.of.reads

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return the slots."""
        return (array_of(self.edges).searchsorted(seen.number(self.of), side="right"),)
