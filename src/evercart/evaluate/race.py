"""Race: keep each guess until its question is judged, in the order of asking.

Labels settle early where they are "yes"; read in that order, an optimist of equal loss always wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.errors import require
from evercart.evaluate.said import require_racers, said
from evercart.evaluate.scored import Scored
from evercart.evaluate.slices import Slices
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.queue import HEAD, NEXT

OPEN, JUDGED, DROPPED = 0, 1, 2
CORRECTED, GIVEN_UP, UNSEEN = 0, 1, 2  # of `counts`


class Waiting(NamedTuple):
    """Questions from the oldest open one on; a ring, known by number."""

    us: NDArray[np.int64]
    y: NDArray[np.float64]
    key: NDArray[np.uint64]
    slice: NDArray[np.int16]
    mark: NDArray[np.int8]
    guesses: NDArray[np.float64]  # (capacity, racers)


class RaceState(NamedTuple):
    """What a race remembers."""

    ends: NDArray[np.int64]  # (2,) number of the oldest open question, number of the next one; -1 before the first
    begin: NDArray[np.int64]  # (1,) number of the first question it saw; -1 before it
    counts: NDArray[np.int64]  # (3,) corrections, questions given up, answers to questions it never saw asked
    waiting: Waiting

    def packed(self) -> RaceState:
        """Drop spare room."""
        return self._replace(waiting=queue.straight(self.ends, self.waiting))

    def unpacked(self) -> RaceState:
        """Make rings again."""
        return self._replace(waiting=queue.ringed(self.ends, self.waiting))


@dataclass(frozen=True)
class Race:
    """Racers over the same questions, judged by the label as it stood at the close.

    names     what the racers are called, in the order of the columns of `Scored.guesses`
    slices    gives each question its slice, or None for one slice
    may_fall  names whose guess may be missing (NaN): they threw, or said what is no number
    early     whether a hint is a judgement: "no" for who was silent until then. It flatters pessimists, so what
              is judged early may never promote

    The packed state holds the questions from the oldest open one on, (38 + 8 * racers) bytes each.
    """

    names: tuple[str, ...]
    slices: Slices | None = None
    early: bool = False
    may_fall: tuple[str, ...] = ()

    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_racers("race", self.names)

    def start(self) -> RaceState:
        """Return a race without questions."""
        i64, f64 = np.zeros(4, np.int64), np.zeros(4)
        waiting = Waiting(
            i64, f64, i64.astype(np.uint64), i64.astype(np.int16), i64.astype(np.int8), np.zeros((4, len(self.names)))
        )
        return RaceState(np.array([-1, -1]), np.array([-1]), np.zeros(3, np.int64), waiting)

    def step(
        self, state: RaceState, batch: tuple[Turns, Mapping[str, NDArray[np.float64]]]
    ) -> tuple[RaceState, Scored]:
        """Return the questions that can now be judged, with all asked before them judged or abandoned.

        batch    turns with, by racer, (rows of turns,) guesses; numbers of questions have no gap
        """
        turns, by_name = batch
        asks = turns.what == ASKED
        asked = turns.rows(asks)
        guesses = np.column_stack(said("race", self.names, self.may_fall, by_name, asks))
        if len(asked):
            _begin(state, asked.number)
        waiting = queue.roomy(state.ends, state.waiting, len(asked))
        slices = self.slices(asked) if self.slices else np.zeros(len(asked), np.int16)
        columns = (turns.what, turns.number, turns.us, turns.y, turns.key)
        _walk(state.ends, state.begin, state.counts, waiting, self.early, *columns, slices, guesses)
        first = int(state.ends[HEAD])
        stop = oldest_open(state.ends, waiting.mark)
        state.ends[HEAD] = stop
        return state._replace(waiting=waiting), _hand_out(waiting, first, stop)


def _begin(state: RaceState, number: NDArray[np.int64]) -> None:
    """Let the first question set where numbers start; hold the others to it."""
    if state.begin[0] < 0:
        state.begin[:] = state.ends[:] = number[0]
    want = state.ends[NEXT] + np.arange(len(number))
    off = number != want
    if off.any():
        at = int(off.argmax())
        require(False, "race.number", f"{want[at]}, the next question", int(number[at]))


@kernel
def _walk(
    ends: NDArray[np.int64],
    begin: NDArray[np.int64],
    counts: NDArray[np.int64],
    waiting: Waiting,
    early: bool,
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    us: NDArray[np.int64],
    y: NDArray[np.float64],
    key: NDArray[np.uint64],
    slices: NDArray[np.int16],
    guesses: NDArray[np.float64],
) -> None:
    mask = len(waiting.us) - 1
    asked = 0
    for i in range(len(what)):
        at = number[i] & mask
        if what[i] == ASKED:
            waiting.us[at] = us[i]
            waiting.y[at] = np.nan
            waiting.key[at] = key[i]
            waiting.slice[at] = slices[asked]
            waiting.mark[at] = OPEN
            waiting.guesses[at] = guesses[asked]
            ends[NEXT] += 1
            asked += 1
        elif what[i] == CORRECTION:
            counts[CORRECTED] += 1
        elif what[i] == SETTLED or what[i] == ABANDONED or (early and what[i] == HINT):
            if number[i] < begin[0] or number[i] >= ends[NEXT]:
                counts[UNSEEN] += 1
            elif number[i] >= ends[HEAD] and waiting.mark[at] == OPEN:
                if what[i] == ABANDONED:
                    _give_up(ends, counts, waiting.mark, number[i])
                else:
                    waiting.y[at] = y[i]
                    waiting.mark[at] = JUDGED


@kernel
def _give_up(ends: NDArray[np.int64], counts: NDArray[np.int64], mark: NDArray[np.int8], number: int) -> None:
    """Drop a question with those asked after it, up to the next open one: they are there by an early "yes"."""
    spare = len(mark) - 1
    at = number
    while at < ends[NEXT] and (at == number or mark[at & spare] != OPEN):
        counts[GIVEN_UP] += mark[at & spare] != DROPPED
        mark[at & spare] = DROPPED
        at += 1


@kernel
def oldest_open(ends: NDArray[np.int64], mark: NDArray[np.int8]) -> int:
    """Return the number of the oldest question that is not judged; of a ring, known by number."""
    at = ends[HEAD]
    while at < ends[NEXT] and mark[at & (len(mark) - 1)] != OPEN:
        at += 1
    return int(at)


def judged(mark: NDArray[np.int8], first: int, stop: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the questions of [first, stop) that are judged, with their places in the ring."""
    number = np.arange(first, stop)
    at = number & (len(mark) - 1)
    done = mark[at] == JUDGED
    return number[done], at[done]


def _hand_out(waiting: Waiting, first: int, stop: int) -> Scored:
    number, at = judged(waiting.mark, first, stop)
    return Scored(number, waiting.us[at], waiting.y[at], waiting.key[at], waiting.slice[at], waiting.guesses[at])
