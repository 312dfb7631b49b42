"""Reacting: a learner that learns faster for a while after its own losses have moved."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.labels.values import Values
from evercart.learners.eased import eased
from evercart.learners.judged import LOSSES, Asked, Loss, judge, looks, nothing_asked
from evercart.learners.learner import Learner

S = TypeVar("S")
_ROWS, _LEFT, _ALARMS = 0, 1, 2  # of `counts`


class Detector(Protocol):
    """A fold that watches numbers: for each batch of them it hands out its alarms."""

    def start(self) -> Any:
        """Return the state before the first number."""
        ...

    def step(self, state: Any, batch: Values) -> tuple[Any, Sized]:
        """Return the alarms."""
        ...


class Reaction(NamedTuple, Generic[S]):
    """What is watched, beside the learner's own state."""

    counts: NDArray[np.int64]  # (3,) rows since the last look, looks left at which to ease, alarms so far
    asked: Asked
    detector: Any
    learner: S


@dataclass(frozen=True)
class Reacting(Generic[S]):
    """A learner whose hold on the past is eased while its losses say that the past is over.

    learner     one that can be eased: `Linear` by `Ftrl` or `AdaGrad`, `Newton`, wrappers around them
    detector    watches the learner's losses, in the order of asking: `Adwin`, `PageHinkley`; one whose side is "up"
                does not ring while the learner gets better
    loss        "logistic" (log loss of a probability) or "squared", of which the root is watched, the miss: a
                handful of heavy labels rules a mean of squares
    keep        share of the past that a look within the span leaves
    span        looks after an alarm at which the past is eased; another alarm begins the span anew
    every       rows of turns from look to look, rounded up to whole ticks
    remember    the oldest question still open is waited for while no more than this were asked after it

    A guess is judged as it was made when asked. What is noticed in a tick moves no guess of that tick. Easing costs
    one pass over the weights, so it is done at looks, not at rows. It touches the steps still to come, never the
    weights: where nothing has changed, an alarm costs noise, not memory. State: 24 bytes a question remembered.

    Source: Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", SBIA 2004, who begin a new model
    where this one eases the old.
    """

    learner: Learner[S]
    detector: Detector
    loss: Loss = "logistic"
    keep: float = 0.25
    span: int = 2
    every: int = 4096
    remember: int = 1 << 16
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.loss in LOSSES, "reacting.loss", "logistic or squared", self.loss)
        require(0 < self.keep < 1, "reacting.keep", "more than 0 and less than 1", self.keep)
        for name in ("span", "every", "remember"):
            require(getattr(self, name) >= 1, f"reacting.{name}", "at least 1", getattr(self, name))

    def start(self) -> Reaction[S]:
        """Return the learner's first state, with nothing watched; a learner that cannot be eased is refused."""
        learner = eased(self.learner, self.learner.start(), 1.0)
        return Reaction(np.zeros(3, np.int64), nothing_asked(self.remember, 1), self.detector.start(), learner)

    def step(self, state: Reaction[S], turns: Turns) -> tuple[Reaction[S], NDArray[np.float64]]:
        """Guess, then learn, tick by tick; look at the losses every so often."""
        guesses = np.full(len(turns), np.nan)
        for at, stop, due in looks(turns.tick, self.every, state.counts[_ROWS : _ROWS + 1]):
            if due:
                state = self._look(state)
            some = turns.rows(slice(at, stop))
            learner, guesses[at:stop] = self.learner.step(state.learner, some)
            state = self._watch(state._replace(learner=learner), some, guesses[at:stop])
        return state, guesses

    def _watch(self, state: Reaction[S], turns: Turns, guesses: NDArray[np.float64]) -> Reaction[S]:
        judged = judge(state.asked, self.loss, turns, guesses[:, None])
        lost = judged.losses[:, 0]
        values = Values(judged.number, judged.us, np.sqrt(lost) if self.loss == "squared" else lost)
        detector, alarms = self.detector.step(state.detector, values)
        if len(alarms):
            state.counts[_LEFT] = self.span
            state.counts[_ALARMS] += len(alarms)
        return state._replace(detector=detector)

    def _look(self, state: Reaction[S]) -> Reaction[S]:
        if not state.counts[_LEFT]:
            return state
        state.counts[_LEFT] -= 1
        return state._replace(learner=eased(self.learner, state.learner, self.keep))
