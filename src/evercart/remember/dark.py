"""Dark: old rows are replayed with what the network once said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evercart.errors import require
from evercart.learners.deep.deep import Ask, Deep, Trained
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.remember.apart import require_classes, set_apart
from evercart.remember.exemplars import Exemplars, Kept


@dataclass(frozen=True)
class Dark:
    """The loss of a lesson, plus `said` * squared distance to old margins, plus `labels` * loss of old rows.

    exemplars    the memory, which keeps margins beside labels
    draws        rows drawn for each of the two terms, at each step
    rounds       steps taken for each lesson
    said         alpha of the source
    labels       beta of the source; 0 is DER, more DER++
    apart        a lesson's own rows do not compete with old classes, as in `Replay`

    Source: Buzzega et al., "Dark experience for general continual learning: a strong, simple baseline", NeurIPS
    2020, equations 5, 6.
    """

    exemplars: Exemplars = field(default_factory=Exemplars)
    draws: int = 32
    rounds: int = 1
    said: float = 0.3
    labels: float = 0.5
    apart: bool = False

    def __post_init__(self) -> None:
        require(self.draws >= 1, "dark.draws", "at least 1", self.draws)
        require(self.rounds >= 1, "dark.rounds", "at least 1", self.rounds)
        require(self.said >= 0, "dark.said", "0 or more", self.said)
        require(self.labels >= 0, "dark.labels", "0 or more", self.labels)

    def start(self, deep: Deep) -> Kept:
        """Return an empty memory."""
        right = deep.head.outputs == deep.head.classes
        require(right, "dark", "a head whose margins may all be compared", deep.head)
        if self.apart:
            require_classes("dark.apart", deep)
        return self.exemplars.start(deep)

    def learn(self, deep: Deep, trained: Trained, memory: Kept, lesson: Lesson) -> tuple[Trained, Kept]:
        """Learn a lesson beside old rows, then keep some of it with what was said of it while learning."""
        said = np.zeros((len(lesson.y), deep.head.outputs), trained.weights.dtype)
        for _ in range(self.rounds):
            trained = deep.descend(trained, self._objective(deep, trained, memory, lesson, said))
        return trained, self.exemplars.keep(memory, lesson, said)

    def _objective(self, deep: Deep, trained: Trained, memory: Kept, lesson: Lesson, said: Floats) -> Any:
        first, second = (self.exemplars.draw(memory, self.draws) for _ in range(2))
        old, new, size = self.exemplars.lesson(memory, second), len(lesson.y), len(first)

        def objective(ask: Ask) -> Any:
            margins = ask(np.concatenate([lesson.x, memory.x[first], old.x]))
            said[:] = margins[:new].detach().numpy()
            own = set_apart(margins[:new], trained, lesson) if self.apart else margins[:new]
            value = deep.loss(own, lesson)
            if not size:
                return value
            once = torch().from_numpy(memory.margins[first]).to(margins.dtype)
            value = value + self.said * ((margins[new : new + size] - once) ** 2).mean()
            return value + self.labels * deep.loss(margins[new + size :], old)

        return objective
