"""Published: a learner that goes on learning, while its guesses wait for the next publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain, clone
from evercart.labels.turns import Turns
from evercart.learners.frozen import still
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts, stacked
from evercart.units import DAY_US

S = TypeVar("S")
_NEVER = int(np.iinfo(np.int64).min)


class Shelved(NamedTuple, Generic[S]):
    """The state that answers, beside the one that learns."""

    period: NDArray[np.int64]  # (1,) in which was last published
    shown: S
    learner: S


@dataclass(frozen=True)
class Published(Generic[S]):
    """A learner whose guesses are those of its state at the last publication.

    every_us    log time from publication to publication, counted from 1970-01-01: a day is midnight UTC

    Published is at the first tick that begins at or after the moment, before its questions are answered; what was
    learned in the ticks before it is in. Before the first label it answers as it starts. So against the learner
    itself it shows what waiting costs, nothing else. State: two of the learner's. Every question is answered twice,
    by what is shown and by what learns.

    >>> from evercart.learners.mean import Mean
    >>> Published(Mean()).start().period.tolist()
    [-9223372036854775808]
    """

    learner: Learner[S]
    every_us: int = DAY_US
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.every_us > 0, "published.every_us", "more than 0", self.every_us)

    def start(self) -> Shelved[S]:
        """Return the learner's first state, shown as it is."""
        return Shelved(np.array([_NEVER]), self.learner.start(), self.learner.start())

    def step(self, state: Shelved[S], turns: Turns) -> tuple[Shelved[S], NDArray[np.float64]]:
        """Guess with what is shown; learn; publish when it is time."""
        guesses = np.full(len(turns), np.nan)
        for first, stop, period in periods(turns, self.every_us):
            some = turns.rows(slice(first, stop))
            if period > state.period[0]:
                state = Shelved(np.array([period]), clone(state.learner), state.learner)
            guesses[first:stop] = still(self.learner, state.shown, some)
            learner, _ = self.learner.step(state.learner, some)
            state = state._replace(learner=learner)
        return state, guesses

    def peek(self, state: Shelved[S], turns: Turns) -> NDArray[np.float64]:
        """Return guesses with what is shown; where publishing is due, with what learns."""
        guesses = np.full(len(turns), np.nan)
        for first, stop, period in periods(turns, self.every_us):
            shown = state.learner if period > state.period[0] else state.shown
            guesses[first:stop] = peek(self.learner, shown, turns.rows(slice(first, stop)))
        return guesses

    def parts(self, state: Shelved[S], turns: Turns) -> Parts:
        """Return the parts of what answers: of what is shown; where publishing is due, of what learns."""
        found = []
        for first, stop, period in periods(turns, self.every_us):
            shown = state.learner if period > state.period[0] else state.shown
            found.append(parts(self.learner, shown, turns.rows(slice(first, stop))))
        return stacked(found) if found else parts(self.learner, state.shown, turns)


def periods(turns: Turns, every_us: int) -> Iterator[tuple[int, int, int]]:
    """Hand out first row, stop, period of each run of whole ticks that begin in one period."""
    begins = np.flatnonzero(np.diff(turns.tick, prepend=turns.tick[0] - 1)) if len(turns) else np.empty(0, np.int64)
    period = turns.us[begins] // every_us
    heads = np.flatnonzero(np.diff(period, prepend=period[:1] - 1))
    edges = [*begins[heads].tolist(), len(turns)]
    for at, (first, stop) in enumerate(pairwise(edges)):
        yield first, stop, int(period[heads[at]])
