"""Projected: no step is taken that would make old rows worse."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from evercart.errors import require
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.remember.exemplars import Exemplars, Kept


@dataclass(frozen=True)
class Projected:
    """A step follows a lesson's slope, less the part of it that points up the loss of rows drawn from memory.

    exemplars    the memory
    draws        rows drawn for each step

    Vectors of slots follow the lesson alone.

    Source: Chaudhry et al., "Efficient lifelong learning with A-GEM", ICLR 2019, equation 11.
    """

    exemplars: Exemplars = field(default_factory=Exemplars)
    draws: int = 64

    def __post_init__(self) -> None:
        require(self.draws >= 1, "projected.draws", "at least 1", self.draws)

    def start(self, deep: Deep) -> Kept:
        """Return an empty memory."""
        return self.exemplars.start(deep)

    def learn(self, deep: Deep, trained: Trained, memory: Kept, lesson: Lesson) -> tuple[Trained, Kept]:
        """Learn a lesson as far as old rows allow, then keep some of it."""
        old = self.exemplars.lesson(memory, self.exemplars.draw(memory, self.draws))
        slope = deep.gradient(trained, lambda ask: deep.loss(ask(lesson.x), lesson))
        if len(old.y):
            other = deep.gradient(trained, lambda ask: deep.loss(ask(old.x), old))
            slope = slope._replace(weights=projected(slope.weights, other.weights))
        trained = deep.moved(trained, slope)
        return trained, self.exemplars.keep(memory, lesson, np.zeros((len(lesson.y), deep.head.outputs)))


def projected(gradient: Floats, other: Floats) -> Floats:
    """Return a gradient without its part against another one; as it is, if they agree.

    >>> projected(np.array([1.0, -1.0]), np.array([0.0, 2.0])).tolist()
    [1.0, 0.0]
    """
    along, size = (gradient * other).sum(), (other * other).sum()
    return gradient - along / size * other if along < 0 else gradient
