"""ListRace: keep each racer's order of a list until its question is judged, in the order of asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.errors import require
from evercart.evaluate.race import DROPPED, JUDGED, OPEN, judged, oldest_open
from evercart.evaluate.said import require_racers, said
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ABANDONED, ASKED, MISSED, SETTLED, Turns
from evercart.queue import HEAD, NEXT


class Shown(NamedTuple):
    """Questions from the oldest open one on; a ring, known by number."""

    us: NDArray[np.int64]
    key: NDArray[np.uint64]
    mark: NDArray[np.int8]
    length: NDArray[np.int32]  # candidates
    told: NDArray[np.int32]  # of them, how many it is known of whether they were taken
    score: NDArray[np.float32]  # (capacity, longest, racers)
    worth: NDArray[np.float32]  # (capacity, longest)
    gain: NDArray[np.float64]  # (capacity, racers) once judged


class ListRaceState(NamedTuple):
    """What a race over lists remembers."""

    ends: NDArray[np.int64]  # (2,) number of the oldest open question, number of the next one; -1 before the first
    waiting: Shown

    def packed(self) -> ListRaceState:
        """Drop spare room, with what stands beyond the end of a list."""
        rows = queue.straight(self.ends, self.waiting)
        stands = np.arange(rows.worth.shape[1]) < rows.length[:, None]
        told = np.arange(rows.worth.shape[1]) < rows.told[:, None]
        return self._replace(
            waiting=rows._replace(
                score=np.where(stands[:, :, None], rows.score, np.float32(0.0)),
                worth=np.where(told, rows.worth, np.float32(0.0)),
            )
        )

    def unpacked(self) -> ListRaceState:
        """Make rings again."""
        return self._replace(waiting=queue.ringed(self.ends, self.waiting))


@dataclass(frozen=True)
class ListRace:
    """Racers over the same lists, each judged by its normalised discounted cumulative gain among the first k.

    A racer's guess is then that gain, 0 to 1, the label 1: what it loses is 1 - NDCG@k. Equal scores stand in the
    order in which the candidates were given. In the ideal list what was taken stands first, then each answer that was
    no candidate. A question that was abandoned is not judged.

    names     what the racers are called, in the order of the columns of `Scored.guesses`
    longest   candidates that a question has at most
    may_fall  names whose guesses may be missing (NaN)

    The packed state holds the questions from the oldest open one on, (33 + longest * 4 * (1 + racers)) bytes each.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002.
    """

    names: tuple[str, ...]
    longest: int = 64
    k: int = 20
    may_fall: tuple[str, ...] = ()
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_racers("list_race", self.names)
        require(self.longest >= 1, "list_race.longest", "at least 1", self.longest)
        require(self.k >= 1, "list_race.k", "at least 1", self.k)

    def start(self) -> ListRaceState:
        """Return a race without questions."""
        racers = len(self.names)
        waiting = Shown(
            np.zeros(4, np.int64),
            np.zeros(4, np.uint64),
            np.zeros(4, np.int8),
            np.zeros(4, np.int32),
            np.zeros(4, np.int32),
            np.zeros((4, self.longest, racers), np.float32),
            np.zeros((4, self.longest), np.float32),
            np.zeros((4, racers)),
        )
        return ListRaceState(np.array([-1, -1]), waiting)

    def step(
        self, state: ListRaceState, batch: tuple[Turns, Mapping[str, NDArray[np.float64]]]
    ) -> tuple[ListRaceState, Scored]:
        """Return the questions that can now be judged, with all asked before them judged or abandoned.

        batch    turns of `Lists` with, by racer, (rows of turns,) scores
        """
        turns, by_name = batch
        guesses = np.column_stack(said("list_race", self.names, self.may_fall, by_name, turns.what == ASKED))
        if len(turns) and state.ends[HEAD] < 0:
            state.ends[:] = turns.number[0]
        newest = int(turns.number.max(initial=state.ends[NEXT] - 1))
        waiting = queue.roomy(state.ends, state.waiting, max(newest + 1 - int(state.ends[NEXT]), 0))
        columns = (turns.what, turns.number, turns.us, turns.y, turns.key)
        longest = _walk(state.ends, waiting, self.k, *columns, guesses)
        require(longest <= self.longest, "list_race.longest", f"at least {longest} candidates", self.longest)
        first, stop = int(state.ends[HEAD]), oldest_open(state.ends, waiting.mark)
        state.ends[HEAD] = stop
        return state._replace(waiting=waiting), _hand_out(waiting, first, stop)


@kernel
def _walk(
    ends: NDArray[np.int64],
    waiting: Shown,
    k: int,
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    us: NDArray[np.int64],
    y: NDArray[np.float64],
    key: NDArray[np.uint64],
    guesses: NDArray[np.float64],
) -> int:
    mask, longest, asked = len(waiting.us) - 1, 0, -1
    for i in range(len(what)):
        asked += what[i] == ASKED
        while ends[NEXT] <= number[i]:  # one without candidates is first heard of when it ends
            _open(waiting, ends[NEXT] & mask, us[i], key[i])
            ends[NEXT] += 1
        at = number[i] & mask
        if number[i] < ends[HEAD] or waiting.mark[at] != OPEN:
            continue
        if what[i] == ASKED:
            waiting.length[at] += 1
            longest = max(longest, waiting.length[at])
            if waiting.length[at] <= waiting.score.shape[1]:
                for racer in range(guesses.shape[1]):
                    waiting.score[at, waiting.length[at] - 1, racer] = guesses[asked, racer]
        elif what[i] == SETTLED:
            if waiting.told[at] < waiting.length[at]:
                waiting.worth[at, waiting.told[at]] = y[i]
                waiting.told[at] += 1
        elif what[i] == MISSED:
            _judge(waiting, at, k, y[i])
        elif what[i] == ABANDONED:
            waiting.mark[at] = DROPPED
    return longest


@kernel
def _open(waiting: Shown, at: int, us: int, key: np.uint64) -> None:
    waiting.us[at], waiting.key[at], waiting.mark[at] = us, key, OPEN
    waiting.length[at] = waiting.told[at] = 0
    waiting.gain[at, :] = 0.0


@kernel
def _judge(waiting: Shown, at: int, k: int, missed: float) -> None:
    """Write what each racer's order gains, as a share of what the ideal one does."""
    waiting.mark[at] = JUDGED
    length, worth = waiting.told[at], waiting.worth[at]
    ideal, place = 0.0, 0
    for one in range(length):
        better = 0
        for other in range(length):
            better += worth[other] > worth[one] or (worth[other] == worth[one] and other < one)
        if worth[one] > 0:
            place += 1
            ideal += worth[one] / np.log2(2.0 + better) if better < k else 0.0
    for more in range(int(np.ceil(missed))):
        if place + more >= k:
            break
        ideal += min(missed - more, 1.0) / np.log2(2.0 + place + more)
    for racer in range(waiting.gain.shape[1]):
        waiting.gain[at, racer] = _gain(waiting.score[at], racer, length, worth, k) / ideal if ideal > 0 else 0.0


@kernel
def _gain(score: NDArray[np.float32], racer: int, length: int, worth: NDArray[np.float32], k: int) -> float:
    """Return the discounted cumulative gain of one racer's order; NaN where it did not say a score."""
    gain = 0.0
    for one in range(length):
        if not np.isfinite(score[one, racer]):
            return np.nan
        if worth[one] > 0:
            above = 0
            for other in range(length):
                ahead = score[other, racer] > score[one, racer]
                above += ahead or (score[other, racer] == score[one, racer] and other < one)
            if above < k:
                gain += worth[one] / np.log2(2.0 + above)
    return gain


def _hand_out(waiting: Shown, first: int, stop: int) -> Scored:
    number, at = judged(waiting.mark, first, stop)
    ones, slices = np.ones(len(at)), np.zeros(len(at), np.int16)
    return Scored(number, waiting.us[at], ones, waiting.key[at], slices, waiting.gain[at])
