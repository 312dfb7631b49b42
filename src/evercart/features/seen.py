"""Seen: what a table knew at each question of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.features.columns import Column
from evercart.features.needs import Need


class Feature(Protocol):
    """A part of a table: one or more columns of X."""

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Say what each column means."""
        ...

    @property
    def needs(self) -> tuple[Need, ...]:
        """Name what the table must remember."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """Name the columns read off the questions themselves."""
        ...

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return one array of (questions,) a column."""
        ...


class Measured(Protocol):
    """What can be computed once and then used by several features."""

    def __hash__(self) -> int: ...

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return one number a question, (questions,)."""
        ...


@dataclass(frozen=True)
class Seen:
    """What was known just before each question.

    asked     the question rows themselves
    kept      need -> (questions,) array; (questions, k) for the k most recent values
    keep_us   how long a key is remembered
    """

    asked: Events
    kept: Mapping[Need, NDArray[Any]]
    keep_us: int
    computed: dict[Measured, NDArray[np.float64]] = field(default_factory=dict)

    def number(self, feature: Measured) -> NDArray[np.float64]:
        """Return a feature's numbers, (questions,), computed once however many columns want them."""
        if feature not in self.computed:
            self.computed[feature] = feature.value(self)
        return self.computed[feature]
