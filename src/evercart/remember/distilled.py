"""Distilled: what the network used to say is part of what it learns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.deep.deep import Ask, Deep, Trained
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.remember.apart import require_classes, set_apart
from evercart.remember.news import News


class Teacher(NamedTuple):
    """The network as it was."""

    weights: Floats  # (weights,)
    buffers: tuple[NDArray[Any], ...]
    seen: NDArray[np.int64]  # (outputs,) rows it had learned of each class; all 0: there is no teacher yet
    since: NDArray[np.int64]  # (1,) lessons since then


@dataclass(frozen=True)
class Distilled:
    """The loss of a lesson, plus `strength` times how far the network is from its teacher on the lesson's own x.

    strength    lambda of the source
    heat        divides the margins first, so that small chances count
    news        when the network becomes its own teacher
    apart       a lesson's rows do not compete with old classes, as if those had heads of their own; needs the head
                `Classes`

    Only what the teacher had learned is compared. No row is kept.

    Source: Li and Hoiem, "Learning without forgetting", ECCV 2016, section 3, equation 2; without tasks at test as
    LwF.MC in Rebuffi et al., "iCaRL", CVPR 2017, section 4.
    """

    strength: float = 1.0
    heat: float = 2.0
    news: News = field(default_factory=News)
    apart: bool = False

    def __post_init__(self) -> None:
        require(self.strength >= 0, "distilled.strength", "0 or more", self.strength)
        require(self.heat > 0, "distilled.heat", "more than 0", self.heat)

    def start(self, deep: Deep) -> Teacher:
        """Return no teacher."""
        self.news.check(deep)
        right = deep.head.outputs == deep.head.classes
        require(right, "distilled", "a head whose margins may all be compared", deep.head)
        if self.apart:
            require_classes("distilled.apart", deep)
        first, one = deep.start(), np.zeros(1, np.int64)
        return Teacher(first.weights * 0, tuple(part * 0 for part in first.buffers), first.seen, one)

    def learn(self, deep: Deep, trained: Trained, memory: Teacher, lesson: Lesson) -> tuple[Trained, Teacher]:
        """Learn a lesson beside what the teacher says of it."""
        if self.news.due(trained, lesson, memory.since):
            buffers = tuple(part.copy() for part in trained.buffers)
            memory = Teacher(trained.weights.copy(), buffers, trained.seen.copy(), memory.since * 0)
        memory.since[0] += 1
        return deep.descend(trained, self._objective(deep, trained, memory, lesson)), memory

    def _objective(self, deep: Deep, trained: Trained, memory: Teacher, lesson: Lesson) -> Any:
        known = np.flatnonzero(memory.seen > 0)
        if len(known):
            teacher = trained._replace(weights=memory.weights, buffers=memory.buffers)
            said = torch().from_numpy(deep.margins(teacher, lesson.x)[:, known]) / self.heat

        def objective(ask: Ask) -> Any:
            margins = ask(lesson.x)
            value = deep.loss(set_apart(margins, trained, lesson) if self.apart else margins, lesson)
            if not len(known):
                return value
            return value + self.strength * self.heat**2 * deep.head.apart(margins[:, known] / self.heat, said).mean()

        return objective
