"""Forget: a learner for which what came longer ago counts less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns
from evercart.learners.by_tick import ByTick
from evercart.learners.learner import Learner
from evercart.learners.reasons.parts import Parts, parts
from evercart.remember.fading import Fades
from evercart.units import SECOND_US

S = TypeVar("S")
_NEVER: Final = -1


class Forgetting(NamedTuple, Generic[S]):
    """The learner's own state, with what has passed since it faded."""

    labels: NDArray[np.int64]  # (1,) settled since then
    us: NDArray[np.int64]  # (1,) log time of then; -1 before the first label
    learner: S


@dataclass(frozen=True)
class Forget(Generic[S]):
    """A learner that fades: what it learned weighs half after a half-life.

    learner           one that can fade: a `ByTick` around `Lda`, `Ridge` or `Growing`, whose sums fade, their ridge
                      not; or a `Deep`, whose weights go back towards those it was born with
    half_life_rows    labels settled; 0: no such half-life
    half_life_s       log time, in seconds; 0: no such half-life
    looks             how often in a half-life it fades, always once a tick that taught something has closed

    One of the half-lives is to be stated. An exact head that fades is that of exponentially weighed rows. A net that
    fades and meets the same again learns it again: that is the price where nothing changes.

    Source: exponential forgetting in recursive least squares: Ljung and Soderstrom, "Theory and practice of recursive
    identification", 1983, section 2.6.2, with a ridge that stays; towards the start: Ash and Adams, "On warm-starting
    neural network training", NeurIPS 2020, section 4, without its noise.
    """

    learner: Learner[S]
    half_life_rows: int = 0
    half_life_s: float = 0.0
    looks: int = 8
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        known = isinstance(self._own, Fades)
        require(known, "forget.learner", "a learner that can fade", type(self._own).__name__)
        require(self.half_life_rows >= 0, "forget.half_life_rows", "0 or more", self.half_life_rows)
        require(0 <= self.half_life_s < np.inf, "forget.half_life_s", "0 or more and finite", self.half_life_s)
        stated = (self.half_life_rows > 0) + (self.half_life_s > 0)
        require(stated == 1, "forget.half_life_rows, forget.half_life_s", "one of them above 0", stated)
        require(self.looks >= 1, "forget.looks", "at least 1", self.looks)

    @property
    def _own(self) -> Any:
        """Return what fades."""
        return self.learner.model if isinstance(self.learner, ByTick) else self.learner

    def start(self) -> Forgetting[S]:
        """Return the learner's own first state."""
        return Forgetting(np.zeros(1, np.int64), np.full(1, _NEVER), self.learner.start())

    def step(self, state: Forgetting[S], turns: Turns) -> tuple[Forgetting[S], NDArray[np.float64]]:
        """Guess, then learn, tick by tick; fade between ticks."""
        learner, guesses, begin = state.learner, np.full(len(turns), np.nan), 0
        taught = (turns.what != ASKED) & (turns.what != ABANDONED)
        edges = np.flatnonzero(np.diff(turns.tick)) + 1
        start = 0
        for stop in [*edges.tolist(), len(turns)] if len(turns) else []:
            tick = slice(start, stop)
            start = stop
            if not taught[tick].any():
                continue
            state.labels[0] += np.count_nonzero(turns.what[tick] == SETTLED)
            keep = self._keep(state, int(turns.us[stop - 1]))
            if keep < 1:
                learner, guesses[begin:stop] = self.learner.step(learner, turns.rows(slice(begin, stop)))
                learner, begin = self._own.faded(learner, keep), stop
        if begin < len(turns):
            learner, guesses[begin:] = self.learner.step(learner, turns.rows(slice(begin, None)))
        return state._replace(learner=learner), guesses

    def peek(self, state: Forgetting[S], turns: Turns) -> NDArray[np.float64]:
        """Return guesses: questions alone move nothing."""
        return self.step(state, turns)[1]

    def parts(self, state: Forgetting[S], turns: Turns) -> Parts:
        """Return the learner's parts: what has faded has faded in its state."""
        return parts(self.learner, state.learner, turns)

    def _keep(self, state: Forgetting[S], us: int) -> float:
        """Return what is to be left after a tick that closed at a log time, 1 where it is too early; count from it."""
        if state.us[0] == _NEVER:
            state.us[0] = us
        passed = (us - int(state.us[0])) / SECOND_US / self.half_life_s if self.half_life_s else 0.0
        if self.half_life_rows:
            passed = int(state.labels[0]) / self.half_life_rows
        if passed < 1 / self.looks:
            return 1.0
        state.labels[0], state.us[0] = 0, us
        return float(0.5**passed)
