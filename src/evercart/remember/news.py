"""News: when what was learned so far is worth holding on to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.lesson import Lesson


@dataclass(frozen=True)
class News:
    """Time to hold on: a lesson shows a class never learned, or `every` lessons have passed.

    every    lessons; 0: only when a class comes, which needs the head `Classes`
    rest     lessons that must pass before a new class counts again, so that classes may come close together
    """

    every: int = 0
    rest: int = 8

    def __post_init__(self) -> None:
        require(self.every >= 0, "news.every", "0 or more", self.every)
        require(self.rest >= 1, "news.rest", "at least 1", self.rest)

    def check(self, deep: Deep) -> None:
        """Raise `UserError` where it would never be time."""
        require(
            self.every > 0 or deep.head.classes > 1, "news.every", "at least 1 without a head of classes", self.every
        )

    def due(self, trained: Trained, lesson: Lesson, since: NDArray[np.int64]) -> bool:
        """Return whether to hold on before this lesson, `since` (1,) lessons after the last time."""
        if self.every and since[0] >= self.every:
            return True
        if len(trained.seen) == 1 or since[0] < self.rest:
            return False
        return bool((trained.seen[lesson.y.astype(np.int64)] == 0).any())
