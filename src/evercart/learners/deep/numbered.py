"""Numbered: a slot column read as a number, such as the task that a row belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.learner import Learner, with_x
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts

S = TypeVar("S")


def numbered(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that the learner inside sees: the number comes first."""
    return (Column("number"), *columns)


@dataclass(frozen=True)
class Numbered(Generic[S]):
    """A learner that sees one slot column's value, less 1, as a number before all other columns.

    learner    of the columns as `numbered` has them
    columns    what the columns of X mean
    by         the name of a slot column; its slot 0, which means missing, becomes -1

    It gives a network of tasks (`Tasks`) the number it wants.
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    by: str
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(not self.columns[self.place].is_number, "numbered.by", "a slot column", self.by)

    @cached_property
    def place(self) -> int:
        """Return the place of the slot column."""
        return chosen(self.columns, [self.by])[0]

    def start(self) -> S:
        """Return the learner's first state."""
        return self.learner.start()

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        return self.learner.step(state, with_x(turns, self.widened(turns.x)))

    def peek(self, state: S, turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses."""
        return peek(self.learner, state, with_x(turns, self.widened(turns.x)))

    def parts(self, state: S, turns: Turns) -> Parts:
        """Return the learner's parts; what the number adds is the slot column's."""
        found = parts(self.learner, state, with_x(turns, self.widened(turns.x)))
        each = found.each[:, 1:].copy()
        each[:, self.place] += found.each[:, 0]
        return found._replace(names=found.names[1:], each=each)

    def widened(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return rows x, (rows, columns), with the number first."""
        return np.column_stack([x[:, self.place] - 1, x])
