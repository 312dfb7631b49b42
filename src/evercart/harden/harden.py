"""Harden: a deep learner that learns from attacked lessons beside clean ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import stream
from evercart.errors import require
from evercart.fold import Grain
from evercart.harden.attack import Attack, Struck, Target, moved, wrong
from evercart.harden.blends import Beside, Blend
from evercart.harden.fought import Fought
from evercart.hashing import U64, mix
from evercart.labels.turns import Turns
from evercart.learners.deep.deep import Ask, Deep, Trained
from evercart.learners.deep.extra import aligned, torch
from evercart.learners.deep.lesson import Lesson
from evercart.learners.deep.steps import Floats
from evercart.learners.reasons.parts import Parts


class Hardened(NamedTuple):
    """What the learner has become, with what attacks did to it."""

    trained: Trained
    fought: Fought


@dataclass(frozen=True)
class Harden:
    """A deep learner whose lessons are attacked, with its weights as they are, before it learns them.

    deep      the learner; guesses are its own
    attack    such as `Pgd`, `Fgsm`, `Embedded`, `Edits`, `Words`
    blend     `Beside`: the loss of both; `Trades`. `Beside(0)` learns what the plain learner would: it is its twin
              whose losses under attack are known
    keep      what is left of the losses of older lessons at each next one

    A lesson costs about as many more as the attack asks slopes. A cure for forgetting does not fit in: a memory would
    hold attacked rows, or a cure would learn clean ones alone.
    """

    deep: Deep
    attack: Attack
    blend: Blend = field(default_factory=Beside)
    keep: float = 0.99
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(isinstance(self.deep, Deep), "harden.deep", "a Deep learner", type(self.deep).__name__)
        require(
            self.deep.table is None, "harden.deep", "a learner that reads numbers alone", "one with a table of slots"
        )
        require(0 <= self.keep < 1, "harden.keep", "0 or more and less than 1", self.keep)

    def start(self) -> Hardened:
        """Return the learner's first state, never attacked."""
        return Hardened(self.deep.start(), Fought(np.zeros(1), np.zeros(1), np.zeros(1)))

    def step(self, state: Hardened, turns: Turns) -> tuple[Hardened, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""

        def learn(trained: Trained, lesson: Lesson) -> Trained:
            return self.deep.seen(self._learned(trained, state.fought, lesson), lesson)

        trained, guesses = self.deep.walk(state.trained, turns, learn)
        return Hardened(trained, state.fought), guesses

    def peek(self, state: Hardened, turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.deep.peek(state.trained, turns)

    def parts(self, state: Hardened, turns: Turns) -> Parts:
        """Return the learner's parts."""
        return self.deep.parts(state.trained, turns)

    def _learned(self, trained: Trained, fought: Fought, lesson: Lesson) -> Trained:
        deep, place = self.deep, int(trained.counts.learned[0] + trained.counts.skipped[0])
        target = Target(deep, trained, self.blend.harm(deep, lesson, _said(deep, trained, lesson.x)))
        seed = int(mix(U64(stream(deep.seed, "harden")), U64(place))) >> 1
        struck = self.attack(target, lesson.x, seed)
        losses: list[float] = []

        def objective(ask: Ask) -> Any:
            clean, hit = asked(deep, ask, lesson.x, struck)
            harm, rows = wrong(deep, lesson.y), np.arange(len(lesson.y))
            losses[:] = (float(harm(margins.detach(), rows).mean()) for margins in (clean, hit))
            return self.blend.loss(deep, clean, hit, lesson)

        trained = deep.descend(trained, objective)
        fought.add(losses[0], losses[1], self.keep)
        return trained


def _said(deep: Deep, trained: Trained, x: NDArray[np.float32]) -> Floats:
    """Return the margins of clean rows, (rows, outputs), all in one go: nobody is told them."""
    target = Target(deep, trained, wrong(deep, np.zeros(len(x))))
    with torch().no_grad():
        said: Floats = deep.layout.asked(training=False)(target.given(x)).numpy()
    return said


def asked(deep: Deep, ask: Ask, x: NDArray[np.float32], struck: Struck) -> tuple[Any, Any]:
    """Return the margins of clean rows with those of attacked ones, each a tensor (rows, outputs)."""
    if not struck.part:
        both = ask(np.concatenate([x, struck.x]))
        return both[: len(x)], both[len(x) :]
    clean = ask(x)
    with moved(deep, struck.part, aligned(np.asarray(struck.shift))):
        return clean, ask(struck.x)
