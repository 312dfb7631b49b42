"""Remembering: a deep learner that learns each lesson by way of a cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.lesson import Lesson
from evercart.learners.reasons.parts import Parts
from evercart.remember.cure import Cure


class Remembered(NamedTuple):
    """What the learner has become, with what its cure remembers."""

    trained: Trained
    memory: Any


@dataclass(frozen=True)
class Remembering:
    """A deep learner with a cure against forgetting; guesses are the learner's own.

    deep    the learner
    cure    `Replay`, `Dark`, `Distilled`, `Elastic` or `Projected`
    """

    deep: Deep
    cure: Cure[Any]
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(isinstance(self.deep, Deep), "remembering.deep", "a Deep learner", type(self.deep).__name__)
        self.cure.start(self.deep)

    def start(self) -> Remembered:
        """Return the learner's first state beside the memory of nothing."""
        return Remembered(self.deep.start(), self.cure.start(self.deep))

    def step(self, state: Remembered, turns: Turns) -> tuple[Remembered, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        memory = state.memory

        def learn(trained: Trained, lesson: Lesson) -> Trained:
            nonlocal memory
            trained, memory = self.cure.learn(self.deep, trained, memory, lesson)
            return self.deep.seen(trained, lesson)

        trained, guesses = self.deep.walk(state.trained, turns, learn)
        return Remembered(trained, memory), guesses

    def peek(self, state: Remembered, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.deep.peek(state.trained, turns)

    def parts(self, state: Remembered, turns: Turns) -> Parts:
        """Return the learner's parts."""
        return self.deep.parts(state.trained, turns)
