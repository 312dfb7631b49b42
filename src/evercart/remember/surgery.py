"""Surgery: where the slopes of two tasks conflict, each gives up what hurts the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.learners.deep.deep import Deep, Slope, Trained
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.table import merged
from evercart.learners.deep.tasks import Tasks
from evercart.remember.projected import projected


class Cuts(NamedTuple):
    """How often tasks met, how often they conflicted; each (1,)."""

    met: NDArray[np.int64]
    conflicted: NDArray[np.int64]


@dataclass(frozen=True)
class Surgery:
    """A step along the sum of the tasks' slopes, each without its part against any other's; needs the head `Tasks`.

    Vectors of slots follow the plain sum. The cost of a lesson is one pass for each task in it.

    Source: Yu et al., "Gradient surgery for multi-task learning", NeurIPS 2020, algorithm 1.
    """

    seed: int = 1

    def start(self, deep: Deep) -> Cuts:
        """Return counts of nothing."""
        require(isinstance(deep.head, Tasks), "surgery", "the head Tasks", deep.head)
        return Cuts(np.zeros(1, np.int64), np.zeros(1, np.int64))

    def learn(self, deep: Deep, trained: Trained, memory: Cuts, lesson: Lesson) -> tuple[Trained, Cuts]:
        """Learn a lesson task by task, in one step."""
        slopes = [self._slope(deep, trained, lesson, task) for task in np.unique(lesson.x[:, 0])]
        cut = [self._cut(memory, [one.weights for one in slopes], at) for at in range(len(slopes))]
        whole = slopes[0]._replace(
            value=sum(one.value for one in slopes),
            weights=reduce(np.add, cut),
            buffers=slopes[-1].buffers,
            touched=merged([one.touched for one in slopes]),
        )
        return deep.moved(trained, whole), memory

    def _slope(self, deep: Deep, trained: Trained, lesson: Lesson, task: float) -> Slope:
        """Return one task's part of the slope of the whole lesson."""
        rows = lesson.rows(lesson.x[:, 0] == task)
        share = len(rows.y) / len(lesson.y)
        return deep.gradient(trained, lambda ask: share * deep.loss(ask(rows.x), rows))

    def _cut(self, memory: Cuts, slopes: list[NDArray[np.floating[Any]]], at: int) -> NDArray[np.floating[Any]]:
        """Return a slope less its parts against the others, which come in an order drawn."""
        own, others = slopes[at], [other for other in range(len(slopes)) if other != at]
        chances = uniform(self.seed, memory.met[0] + np.arange(len(others)), "remember/surgery")
        for other in np.argsort(chances, kind="stable"):
            less = projected(own, slopes[others[other]])
            memory.conflicted[0] += less is not own
            own = less
        memory.met[0] += len(others)
        return own
