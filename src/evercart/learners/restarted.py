"""Restarted: a learner that begins anew from recent memory once its own losses have moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain, clone
from evercart.labels.turns import Turns
from evercart.labels.values import Values
from evercart.learners.judged import LOSSES, Asked, Loss, judge, looks, nothing_asked
from evercart.learners.learner import Learner
from evercart.learners.reasons.parts import Parts, parts
from evercart.learners.recalled import Recalled, keep, nothing_learned, recall
from evercart.queue import NEXT

S = TypeVar("S")
_ROWS, _SINCE, _BEGAN, _TIMES = 0, 1, 2, 3  # of `counts`


class Told(Protocol):
    """Alarms that say since when."""

    @property
    def since(self) -> NDArray[np.int64]:
        """Return the question with which each change is believed to have begun."""
        ...


class Detector(Protocol):
    """A fold that watches numbers: for each batch of them it hands out its alarms."""

    def start(self) -> Any:
        """Return the state before the first number."""
        ...

    def step(self, state: Any, batch: Values) -> tuple[Any, Told]:
        """Return the alarms."""
        ...


class Restart(NamedTuple, Generic[S]):
    """What is watched, what is remembered, beside the learner's own state."""

    counts: NDArray[np.int64]  # (4,) rows since the last look; question since when, or -1; first asked anew; restarts
    asked: Asked
    recalled: Recalled
    detector: Any
    learner: S


@dataclass(frozen=True)
class Restarted(Generic[S]):
    """A learner that is thrown away when its losses have risen, for one that knows only what came since.

    detector    watches the learner's losses, in the order of asking: `Adwin`, `PageHinkley`, whose side should be "up"
    loss        "logistic" (log loss of a probability) or "squared"
    remember    rows with labels that are kept, to begin from
    least       the new one learns at least so many of them, even such as came before the change
    every       rows of turns from look to look, rounded up to whole ticks
    wait        the oldest question still open is waited for while no more than this were asked after it

    Until the first alarm it is the learner, bit for bit. What is noticed takes effect at the next look. An alarm
    about a change from before the last beginning has been answered by it. State: the learner's, 65 bytes with 4 a
    column of X for each row of `remember`, 24 for each question of `wait`. CPU: that of the learner, with two rows
    learned for each one remembered at a beginning.

    Source: Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", SBIA 2004.

    >>> from evercart.evaluate.drift.adwin import Adwin
    >>> from evercart.learners.mean import Mean
    >>> Restarted(Mean(), Adwin(side="up")).start().counts.tolist()
    [0, -1, 0, 0]
    """

    learner: Learner[S]
    detector: Detector
    loss: Loss = "logistic"
    remember: int = 1 << 13
    least: int = 1 << 12
    every: int = 4096
    wait: int = 1 << 16
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.loss in LOSSES, "restarted.loss", "logistic or squared", self.loss)
        for name, low in (("remember", 1), ("least", 0), ("every", 1), ("wait", 1)):
            require(getattr(self, name) >= low, f"restarted.{name}", f"at least {low}", getattr(self, name))

    def start(self) -> Restart[S]:
        """Return the learner's first state, with nothing watched."""
        counts, asked = np.array([0, -1, 0, 0]), nothing_asked(self.wait, 1)
        return Restart(counts, asked, nothing_learned(), self.detector.start(), self.learner.start())

    def step(self, state: Restart[S], turns: Turns) -> tuple[Restart[S], NDArray[np.float64]]:
        """Guess, then learn, tick by tick; begin anew at the first look after an alarm."""
        guesses = np.full(len(turns), np.nan)
        for at, stop, due in looks(turns.tick, self.every, state.counts[_ROWS : _ROWS + 1]):
            if due and state.counts[_SINCE] >= 0:
                state = self._anew(state)
            some = turns.rows(slice(at, stop))
            learner, guesses[at:stop] = self.learner.step(state.learner, some)
            state = self._watched(state._replace(learner=learner), some, guesses[at:stop])
        return state, guesses

    def parts(self, state: Restart[S], turns: Turns) -> Parts:
        """Return the parts of the learner's guesses; of one that would begin anew now, of its successor's."""
        counts = state.counts
        anew = counts[_ROWS] >= self.every and counts[_SINCE] >= 0
        state = self._anew(clone(state)) if anew else state
        return parts(self.learner, state.learner, turns)

    def _watched(self, state: Restart[S], turns: Turns, guesses: NDArray[np.float64]) -> Restart[S]:
        judged = judge(state.asked, self.loss, turns, guesses[:, None])
        detector, alarms = self.detector.step(state.detector, Values(judged.number, judged.us, judged.losses[:, 0]))
        fresh = alarms.since[alarms.since >= state.counts[_BEGAN]]
        if len(fresh):
            state.counts[_SINCE] = fresh[-1]
        return state._replace(detector=detector, recalled=keep(state.recalled, turns, self.remember))

    def _anew(self, state: Restart[S]) -> Restart[S]:
        counts = state.counts
        recent = recall(state.recalled, int(counts[_SINCE]), self.least)
        counts[_SINCE], counts[_BEGAN] = -1, state.asked.ends[NEXT]
        counts[_TIMES] += 1
        learner, _ = self.learner.step(self.learner.start(), recent)
        return state._replace(learner=learner)
