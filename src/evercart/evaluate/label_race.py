"""LabelRace: keep what each racer said of labels until its question is judged, in the order of asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.evaluate.race import DROPPED, JUDGED, OPEN, judged, oldest_open
from evercart.evaluate.said import require_racers, said
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.labels.likely import SAID, chance_of
from evercart.labels.turns import ABANDONED, ASKED, SETTLED, Turns
from evercart.queue import HEAD, NEXT
from evercart.slots import Slots, add, find, held, reserve, slots

LABELS: Final = 1 << 14  # labels that are counted, at most


class Waiting(NamedTuple):
    """Questions from the oldest open one on; a ring, known by number."""

    us: NDArray[np.int64]
    key: NDArray[np.uint64]
    mark: NDArray[np.int8]
    known: NDArray[np.int64]  # labels there were when it was asked
    guess: NDArray[np.float64]  # (capacity, racers, SAID)
    chance: NDArray[np.float64]  # (capacity, racers) given to the true label, once judged
    right: NDArray[np.bool_]  # (capacity, racers) whether the likeliest label was it
    new: NDArray[np.bool_]  # whether the true label had never been told when it was asked


class LabelRaceState(NamedTuple):
    """What a race over labels remembers."""

    ends: NDArray[np.int64]  # (2,) number of the oldest open question, number of the next one; -1 before the first
    waiting: Waiting
    known: Slots  # the labels that were told

    def packed(self) -> LabelRaceState:
        """Drop spare room."""
        return self._replace(waiting=queue.straight(self.ends, self.waiting), known=self.known.packed())

    def unpacked(self) -> LabelRaceState:
        """Make rings again."""
        return self._replace(waiting=queue.ringed(self.ends, self.waiting), known=self.known.unpacked())


@dataclass(frozen=True)
class Judged(Scored):
    """Scored questions about labels.

    right      (rows, racers) whether the label that the racer took for the likeliest was the true one
    unknown    (rows, racers) whether the racer called the question unknown
    new        (rows,) whether the true label had never been told when it was asked
    """

    right: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    new: NDArray[np.bool_]


@dataclass(frozen=True)
class LabelRace:
    """Racers over the same questions, each judged by the chance that it gave to the label that came.

    A racer's guess is then that chance, the label 1: what it loses is the logarithmic loss over the labels that were
    known when the question was asked, and one place for a label never seen. See `chance_of`: where the true label was
    never seen all racers lose alike, so it says nothing for or against any. A question that was abandoned is not
    judged, those asked around it are.

    names     what the racers are called, in the order of the columns of `Scored.guesses`
    may_fall  names whose guesses may be missing (NaN)

    The packed state holds the questions from the oldest open one on, (34 + 97 * racers) bytes each, 8 bytes a label.

    Source: Good, "Rational decisions", JRSS B 14(1), 1952 (logarithmic loss).
    """

    names: tuple[str, ...]
    may_fall: tuple[str, ...] = ()
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_racers("label_race", self.names)

    def start(self) -> LabelRaceState:
        """Return a race without questions."""
        racers, i64 = len(self.names), np.zeros(4, np.int64)
        waiting = Waiting(
            i64,
            i64.astype(np.uint64),
            np.zeros(4, np.int8),
            i64.copy(),
            np.zeros((4, racers, SAID)),
            np.zeros((4, racers)),
            np.zeros((4, racers), np.bool_),
            np.zeros(4, np.bool_),
        )
        return LabelRaceState(np.array([-1, -1]), waiting, slots())

    def step(
        self, state: LabelRaceState, batch: tuple[Turns, Mapping[str, NDArray[np.float64]]]
    ) -> tuple[LabelRaceState, Judged]:
        """Return the questions that can now be judged, with all asked before them judged or abandoned.

        batch    turns of `Named` with, by racer, (rows of turns, SAID) guesses
        """
        turns, by_name = batch
        asks = turns.what == ASKED
        guesses = np.empty((int(asks.sum()), len(self.names), SAID))
        for racer, one in enumerate(said("label_race", self.names, self.may_fall, by_name, asks)):
            guesses[:, racer] = one if one.ndim == 2 else one[:, None]  # one that fell says NaN, in one column or all
        if len(guesses) and state.ends[HEAD] < 0:
            state.ends[:] = turns.number[asks][0]
        waiting = queue.roomy(state.ends, state.waiting, len(guesses))
        known = reserve(state.known, int(np.count_nonzero(turns.what == SETTLED)))
        _walk(state.ends, waiting, known, turns.what, turns.number, turns.us, turns.y, turns.key, guesses)
        first, stop = int(state.ends[HEAD]), oldest_open(state.ends, waiting.mark)
        state.ends[HEAD] = stop
        return state._replace(waiting=waiting, known=known), _hand_out(waiting, first, stop)


@kernel
def _walk(
    ends: NDArray[np.int64],
    waiting: Waiting,
    known: Slots,
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    us: NDArray[np.int64],
    y: NDArray[np.float64],
    key: NDArray[np.uint64],
    guesses: NDArray[np.float64],
) -> None:
    mask, asked = len(waiting.us) - 1, 0
    for i in range(len(what)):
        at = number[i] & mask
        if what[i] == ASKED:
            waiting.us[at], waiting.key[at], waiting.mark[at] = us[i], key[i], OPEN
            waiting.known[at], waiting.guess[at] = held(known), guesses[asked]
            waiting.chance[at, :] = 0.0
            waiting.right[at, :] = False
            waiting.new[at] = False
            ends[NEXT] = number[i] + 1
            asked += 1
        elif what[i] == SETTLED:
            if ends[HEAD] <= number[i] < ends[NEXT] and waiting.mark[at] == OPEN:
                waiting.mark[at] = JUDGED
                place = find(known, U64(y[i]) + U64(1))  # labels stand in the order in which they were told
                waiting.new[at] = place < 0 or place >= waiting.known[at]
                for racer in range(waiting.chance.shape[1]):
                    waiting.chance[at, racer] = chance_of(waiting.guess[at, racer], y[i], waiting.known[at])
                    waiting.right[at, racer] = waiting.guess[at, racer, 1] == y[i]
            if held(known) < LABELS:
                add(known, U64(y[i]) + U64(1))
        elif what[i] == ABANDONED and ends[HEAD] <= number[i] < ends[NEXT] and waiting.mark[at] == OPEN:
            waiting.mark[at] = DROPPED


def _hand_out(waiting: Waiting, first: int, stop: int) -> Judged:
    number, at = judged(waiting.mark, first, stop)
    ones, slices = np.ones(len(at)), np.zeros(len(at), np.int16)
    unknown = waiting.guess[at, :, 0] == 1.0
    own = waiting.us[at], ones, waiting.key[at], slices, waiting.chance[at]
    return Judged(number, *own, waiting.right[at], unknown, waiting.new[at])
