"""Replay: each lesson is learned beside old rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evercart.errors import require
from evercart.learners.deep.deep import Ask, Deep, Trained
from evercart.learners.deep.lesson import Lesson
from evercart.remember.apart import require_classes, set_apart
from evercart.remember.exemplars import Exemplars, Kept


@dataclass(frozen=True)
class Replay:
    """The loss of a lesson, plus that of rows drawn from memory.

    exemplars    the memory
    draws        rows drawn for each step
    rounds       steps taken for each lesson, each with other rows drawn
    apart        ER-ACE: a lesson's own rows compete among its classes and those never learned, not with the old ones
                 that it does not show; needs the head `Classes`

    Source: Chaudhry et al., "On tiny episodic memories in continual learning", 2019, algorithm 1; several steps:
    Zhang et al., "A simple but strong baseline for online continual learning: repeated augmented rehearsal", NeurIPS
    2022, section 4; apart: Caccia et al., "New insights on reducing abrupt representation change in online continual
    learning", ICLR 2022, section 4.
    """

    exemplars: Exemplars = field(default_factory=Exemplars)
    draws: int = 32
    rounds: int = 1
    apart: bool = False

    def __post_init__(self) -> None:
        require(self.draws >= 1, "replay.draws", "at least 1", self.draws)
        require(self.rounds >= 1, "replay.rounds", "at least 1", self.rounds)

    def start(self, deep: Deep) -> Kept:
        """Return an empty memory."""
        if self.apart:
            require_classes("replay.apart", deep)
        return self.exemplars.start(deep)

    def learn(self, deep: Deep, trained: Trained, memory: Kept, lesson: Lesson) -> tuple[Trained, Kept]:
        """Learn a lesson beside old rows, then keep some of it."""
        for _ in range(self.rounds):
            old = self.exemplars.lesson(memory, self.exemplars.draw(memory, self.draws))
            trained = deep.descend(trained, self._objective(deep, trained, lesson, old))
        return trained, self.exemplars.keep(memory, lesson, np.zeros((len(lesson.y), deep.head.outputs)))

    def _objective(self, deep: Deep, trained: Trained, lesson: Lesson, old: Lesson) -> Any:
        def objective(ask: Ask) -> Any:
            margins = ask(np.concatenate([lesson.x, old.x]))
            new = margins[: len(lesson.y)]
            value = deep.loss(set_apart(new, trained, lesson) if self.apart else new, lesson)
            return value + deep.loss(margins[len(lesson.y) :], old) if len(old.y) else value

        return objective
