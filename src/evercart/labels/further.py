"""Further: what came of a list's items after its question was answered, such as that one was ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.labels.lists import Held, Lists, Offered
from evercart.labels.turns import FURTHER, Turns, tick_of
from evercart.queue import HEAD, NEXT
from evercart.units import HOUR_S, SECOND_US

_MOST_KINDS: Final = 8  # as many as there are bits in a byte


class Waiting(NamedTuple):
    """Lists that are followed, a ring: the oldest first."""

    us: NDArray[np.int64]  # (capacity,) when the question was put
    number: NDArray[np.int64]  # (capacity,)
    key: NDArray[np.uint64]  # (capacity,) whom it is about
    length: NDArray[np.int64]  # (capacity,)
    item: NDArray[np.uint64]  # (capacity, longest)
    came: NDArray[np.uint8]  # (capacity, longest) the bits of the kinds that came of an item
    x: NDArray[np.float32]  # (capacity, longest, width)


class Followed(NamedTuple):
    """The lists whose answers are awaited, beside those that are followed further."""

    lists: Held
    ends: NDArray[np.int64]  # (2,) of the ring
    waiting: Waiting

    def packed(self) -> Followed:
        """Drop spare room."""
        rows = queue.straight(self.ends, self.waiting)
        return self._replace(lists=self.lists.packed(), ends=_from_zero(self.ends), waiting=rows)

    def unpacked(self) -> Followed:
        """Make room again."""
        return self._replace(lists=self.lists.unpacked(), waiting=queue.ringed(self.ends, self.waiting))


def _from_zero(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    moved: NDArray[np.int64] = ends - ends[HEAD]
    return moved


@dataclass(frozen=True)
class Further:
    """The turns of `Lists`, with some lists told once more, when `window_s` has passed since their question.

    Of such a list each candidate is a row FURTHER, whose y is the sum of 2^i over the `kinds` that came of it: rows of
    that kind, of the item, by the same `by`, within the window. Followed are `most` lists at a time; while so many
    wait, new ones are not followed, so that those that are have had their whole window. A list of which nothing
    further came is not told. For a learner of several outcomes; others pass such rows by.
    Bytes: those of `lists`, at most `most` * (`longest` * (9 + 4 * width) + 32) more.

    lists      makes the turns of the answers
    kinds      what may further come of an item
    by         whose doings count: "user" where orders have a session of their own
    """

    lists: Lists
    kinds: tuple[str, ...] = ("cart", "order")
    by: str = "user"
    window_s: float = 1 * HOUR_S
    most: int = 256
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        right = 1 <= len(self.kinds) <= _MOST_KINDS and len(set(self.kinds)) == len(self.kinds)
        require(right, "further.kinds", f"1 to {_MOST_KINDS} kinds that differ", self.kinds)
        for kind in self.kinds:
            kind_number(kind)
        require(DTYPES.get(self.by) == np.uint64, "further.by", "a hashed column", self.by)
        require(self.window_s > 0, "further.window_s", "more than 0", self.window_s)
        require(self.most >= 1, "further.most", "at least 1", self.most)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return tuple(dict.fromkeys((*self.lists.reads, self.by)))

    def start(self) -> Followed:
        """Return the state before the first row."""
        longest, width = self.lists.longest, self.lists.width
        waiting = Waiting(
            np.zeros(4, np.int64),
            np.zeros(4, np.int64),
            np.zeros(4, np.uint64),
            np.zeros(4, np.int64),
            np.zeros((4, longest), np.uint64),
            np.zeros((4, longest), np.uint8),
            np.zeros((4, longest, width), np.float32),
        )
        return Followed(self.lists.start(), np.zeros(2, np.int64), waiting)

    def step(self, state: Followed, batch: tuple[Events, Offered]) -> tuple[Followed, Turns]:
        """Return the lists that are due, in the order of the log: (woven events, their candidates) -> Turns."""
        woven, (question, item, x) = batch
        held, turns = self.lists.step(state.lists, batch)
        first, last = (np.searchsorted(question, woven["number"], side) for side in ("left", "right"))
        room = min(int(woven.asked.sum()), max(self.most - queue.length(state.ends), 0))
        waiting = queue.roomy(state.ends, state.waiting, room)
        bits = np.zeros(len(woven), np.uint8)
        for place, kind in enumerate(self.kinds):
            bits[woven.kind == kind_number(kind)] = 1 << place
        bits[woven.asked | (woven["item"] == 0)] = 0
        given = _Given(woven["number"], woven.logged_us, woven[self.by], woven["item"], bits, first, last, item, x)
        window_us = round(self.window_s * SECOND_US)
        ends_by = int(woven.logged_us.max(initial=0)) - window_us
        due = int(waiting.length[waiting.us < ends_by].sum()) + (len(item) if len(woven) else 0)
        told = _Told(
            np.empty(due, np.int64),
            np.empty(due, np.int64),
            np.empty(due),
            np.empty(due, np.uint64),
            np.empty((due, self.lists.width), np.float32),
        )
        size = _follow(state.ends, waiting, given, window_us, self.most, told)
        further = self._turns(woven, _Told._make(column[:size] for column in told))
        return Followed(held, state.ends, waiting), _merged(turns, further)

    def _turns(self, woven: Events, told: _Told) -> Turns:
        offset, us = woven.offset[told.row], woven.logged_us[told.row]
        tick = tick_of(us, offset, self.lists.tick.us, self.lists.tick.events)
        what, never = np.full(len(us), FURTHER, np.int8), np.full(len(us), np.nan)
        return Turns(what, tick, offset, us, told.number, told.y, never, np.ones(len(us)), told.key, told.x)


class _Given(NamedTuple):
    """The woven rows, the candidates of the questions among them."""

    number: NDArray[np.int64]
    us: NDArray[np.int64]
    key: NDArray[np.uint64]
    item: NDArray[np.uint64]
    bits: NDArray[np.uint8]  # the kind's own bit; 0 for rows of no such kind
    first: NDArray[np.int64]  # of the row's candidates
    last: NDArray[np.int64]
    candidate: NDArray[np.uint64]
    x: NDArray[np.float32]


class _Told(NamedTuple):
    """What is told, row by row."""

    row: NDArray[np.int64]  # of the woven rows, at which it is due
    number: NDArray[np.int64]
    y: NDArray[np.float64]
    key: NDArray[np.uint64]
    x: NDArray[np.float32]


def _merged(turns: Turns, further: Turns) -> Turns:
    """Return both in the order of the log; of one offset, what is told further comes first.

    It is due as soon as time has passed, so at the first row of an offset, wherever a batch is cut.
    """
    if not len(further):
        return turns
    every = Turns.concat([further, turns])
    return every.rows(np.argsort(every.offset, kind="stable"))


@kernel
def _follow(ends: NDArray[np.int64], waiting: Waiting, given: _Given, window_us: int, most: int, told: _Told) -> int:
    """Take in questions with what comes of their items; return how many rows are told."""
    size, mask = 0, len(waiting.us) - 1
    for row in range(len(given.number)):
        while ends[HEAD] < ends[NEXT] and given.us[row] - waiting.us[ends[HEAD] & mask] > window_us:
            size = _tell(waiting, ends[HEAD] & mask, row, told, size)
            ends[HEAD] += 1
        if given.key[row] == U64(0):
            continue
        if given.number[row] >= 0:
            if given.last[row] > given.first[row] and ends[NEXT] - ends[HEAD] < most:
                _keep(waiting, ends[NEXT] & mask, given, row)
                ends[NEXT] += 1
        elif given.bits[row] != 0:
            for one in range(ends[HEAD], ends[NEXT]):
                at = one & mask
                if waiting.key[at] == given.key[row]:
                    for place in range(waiting.length[at]):
                        if waiting.item[at, place] == given.item[row]:
                            waiting.came[at, place] |= given.bits[row]
    return size


@kernel
def _keep(waiting: Waiting, at: int, given: _Given, row: int) -> None:
    """Begin to follow a question's list."""
    first, last = given.first[row], given.last[row]
    waiting.us[at], waiting.number[at], waiting.key[at] = given.us[row], given.number[row], given.key[row]
    waiting.length[at] = last - first
    waiting.item[at, :] = U64(0)
    waiting.came[at, :] = np.uint8(0)
    waiting.x[at, :] = np.float32(0.0)
    for place in range(last - first):
        waiting.item[at, place] = given.candidate[first + place]
        waiting.x[at, place] = given.x[first + place]


@kernel
def _tell(waiting: Waiting, at: int, row: int, told: _Told, size: int) -> int:
    """Write the rows of a list of which something came; return how many rows there are."""
    some = False
    for place in range(waiting.length[at]):
        some |= waiting.came[at, place] != 0
    if some:
        for place in range(waiting.length[at]):
            told.row[size], told.number[size], told.key[size] = row, waiting.number[at], waiting.key[at]
            told.y[size] = waiting.came[at, place]
            told.x[size] = waiting.x[at, place]
            size += 1
    return size
