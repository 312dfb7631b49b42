"""Reacting: a learner that learns faster for a while after its own losses have moved."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns
from evercart.labels.values import Values
from evercart.learners.eased import eased
from evercart.learners.learner import Learner
from evercart.queue import HEAD, NEXT

S = TypeVar("S")
_SURE: Final = 1e-6  # no probability counts as nearer to 0 or 1
_ROWS, _LEFT, _ALARMS = 0, 1, 2  # of `counts`


class Detector(Protocol):
    """A fold that watches numbers: for each batch of them it hands out its alarms."""

    def start(self) -> Any:
        """Return the state before the first number."""
        ...

    def step(self, state: Any, batch: Values) -> tuple[Any, Sized]:
        """Return the alarms."""
        ...


class Guessed(NamedTuple):
    """The last questions asked."""

    us: NDArray[np.int64]  # (remember,)
    guess: NDArray[np.float64]  # (remember,)
    loss: NDArray[np.float64]  # (remember,) NaN while it is open, infinite where it was abandoned


class Reaction(NamedTuple, Generic[S]):
    """What is watched, beside the learner's own state."""

    counts: NDArray[np.int64]  # (3,) rows since the last look, looks left at which to ease, alarms so far
    ends: NDArray[np.int64]  # (2,) number of the oldest open question, number of the next one; -1 before the first
    guessed: Guessed
    detector: Any
    learner: S


@dataclass(frozen=True)
class Reacting(Generic[S]):
    """A learner whose hold on the past is eased while its losses say that the past is over.

    learner     one that can be eased: `Linear` by `Ftrl` or `AdaGrad`, `Newton`, wrappers around them
    detector    watches the learner's losses, in the order of asking: `Adwin`, `PageHinkley`; one whose side is "up"
                does not ring while the learner gets better
    loss        "logistic" (log loss of a probability) or "squared"
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
    loss: Literal["logistic", "squared"] = "logistic"
    keep: float = 0.25
    span: int = 2
    every: int = 4096
    remember: int = 1 << 16
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.loss in ("logistic", "squared"), "reacting.loss", "logistic or squared", self.loss)
        require(0 < self.keep < 1, "reacting.keep", "more than 0 and less than 1", self.keep)
        for name in ("span", "every", "remember"):
            require(getattr(self, name) >= 1, f"reacting.{name}", "at least 1", getattr(self, name))

    def start(self) -> Reaction[S]:
        """Return the learner's first state, with nothing watched; a learner that cannot be eased is refused."""
        zeros = np.zeros(self.remember)
        guessed = Guessed(np.zeros(self.remember, np.int64), zeros, zeros.copy())
        learner = eased(self.learner, self.learner.start(), 1.0)
        return Reaction(np.zeros(3, np.int64), np.array([-1, -1]), guessed, self.detector.start(), learner)

    def step(self, state: Reaction[S], turns: Turns) -> tuple[Reaction[S], NDArray[np.float64]]:
        """Guess, then learn, tick by tick; look at the losses every so often."""
        guesses, at = np.full(len(turns), np.nan), 0
        ticks = np.flatnonzero(np.diff(turns.tick, prepend=0)) if len(turns) else np.empty(0, np.int64)
        while at < len(turns):
            if state.counts[_ROWS] >= self.every:
                state = self._look(state)
            due = np.searchsorted(ticks, at + max(self.every - int(state.counts[_ROWS]), 1))
            stop = int(ticks[due]) if due < len(ticks) else len(turns)
            some = turns.rows(slice(at, stop))
            learner, guesses[at:stop] = self.learner.step(state.learner, some)
            state = self._watch(state._replace(learner=learner), some, guesses[at:stop])
            at = stop
        return state, guesses

    def _watch(self, state: Reaction[S], turns: Turns, guesses: NDArray[np.float64]) -> Reaction[S]:
        judged = _judge(
            state.ends, state.guessed, self.loss == "logistic", turns.what, turns.number, turns.us, turns.y, guesses
        )
        detector, alarms = self.detector.step(state.detector, Values(*judged))
        state.counts[_ROWS] += len(turns)
        if len(alarms):
            state.counts[_LEFT] = self.span
            state.counts[_ALARMS] += len(alarms)
        return state._replace(detector=detector)

    def _look(self, state: Reaction[S]) -> Reaction[S]:
        state.counts[_ROWS] = 0
        if not state.counts[_LEFT]:
            return state
        state.counts[_LEFT] -= 1
        return state._replace(learner=eased(self.learner, state.learner, self.keep))


@kernel
def _judge(
    ends: NDArray[np.int64],
    guessed: Guessed,
    logistic: bool,
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    us: NDArray[np.int64],
    y: NDArray[np.float64],
    guesses: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return number, time, loss of the questions that have no open one before them any more."""
    size = len(guessed.us)
    most = len(what) + ends[NEXT] - ends[HEAD]
    numbers, times, losses = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    found = 0
    for i in range(len(what)):
        at = number[i] % size
        if what[i] == ASKED:
            if ends[NEXT] < 0:
                ends[:] = number[i]
            if ends[NEXT] - ends[HEAD] == size:  # the oldest one is open still: it is waited for no longer
                ends[HEAD] += 1
            guessed.us[at], guessed.guess[at], guessed.loss[at] = us[i], guesses[i], np.nan
            ends[NEXT] = number[i] + 1
        elif ends[HEAD] <= number[i] < ends[NEXT] and np.isnan(guessed.loss[at]):
            if what[i] == SETTLED:
                guessed.loss[at] = _loss(logistic, guessed.guess[at], y[i])
            elif what[i] == ABANDONED:
                guessed.loss[at] = np.inf
        while ends[HEAD] < ends[NEXT] and not np.isnan(guessed.loss[ends[HEAD] % size]):
            head = ends[HEAD] % size
            if guessed.loss[head] < np.inf:
                numbers[found], times[found], losses[found] = ends[HEAD], guessed.us[head], guessed.loss[head]
                found += 1
            ends[HEAD] += 1
    return numbers[:found], times[:found], losses[:found]


@kernel
def _loss(logistic: bool, guess: float, y: float) -> float:
    if not logistic:
        return float((guess - y) ** 2)
    p = min(max(guess, _SURE), 1.0 - _SURE)
    return float(-(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
