"""Slices: parts of the questions that are scored apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.labels.turns import Turns


class Slices(Protocol):
    """Gives each question the number of its slice; `names` has one name a slice."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return what a person calls each slice."""
        ...

    def __call__(self, asked: Turns) -> NDArray[np.int16]:
        """Return (rows,) numbers in [0, len(names))."""
        ...


@dataclass(frozen=True)
class Buckets:
    """Slices by the value of one column of X: below the first edge, between edges, from the last one on.

    place    the column's place in X
    edges    rising, in the column's unit
    """

    place: int
    edges: tuple[float, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in pairwise(self.edges))
        require(rising and len(self.edges) > 0, "buckets.edges", "rising numbers", self.edges)
        rule = f"{len(self.edges) + 1} names"
        require(len(self.names) == len(self.edges) + 1, "buckets.names", rule, self.names)

    def __call__(self, asked: Turns) -> NDArray[np.int16]:
        """Return the bucket of each row."""
        return np.searchsorted(self.edges, asked.x[:, self.place], side="right").astype(np.int16)

    @classmethod
    def of(cls, columns: Sequence[Column], name: str, edges: Sequence[float]) -> Self:
        """Return slices by a named column, called by their bounds.

        >>> Buckets.of([Column("orders_28d")], "orders_28d", [1, 4]).names
        ('orders_28d < 1', 'orders_28d 1 to 4', 'orders_28d ≥ 4')
        """
        (place,) = chosen(columns, [name])
        between = [f"{name} {a:g} to {b:g}" for a, b in pairwise(edges)]
        names = (f"{name} < {edges[0]:g}", *between, f"{name} ≥ {edges[-1]:g}")
        return cls(place, tuple(float(edge) for edge in edges), names)
