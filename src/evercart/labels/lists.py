"""Lists: hold each question's candidates until it is known which of them were taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.labels.outcomes import Gains
from evercart.labels.pairs import Tick
from evercart.labels.turns import ABANDONED, ASKED, MISSED, SETTLED, Turns, tick_of
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, held, tall
from evercart.units import HOUR_S, SECOND_US

Offered = tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float32]]  # question, item, x of the candidates
_OUTSIDE: Final = 64  # answers that were no candidates of which it is known that they were counted


class Held(NamedTuple):
    """The lists of open questions, one a key at most, beside the slots of their keys."""

    open: Recent
    number: NDArray[np.int64]  # (capacity,)
    length: NDArray[np.int64]  # (capacity,)
    item: NDArray[np.uint64]  # (capacity, longest)
    x: NDArray[np.float32]  # (capacity, longest, width)
    worth: NDArray[np.float32]  # (capacity, longest) of what was taken so far; several answers only
    outside: NDArray[np.uint64]  # (capacity, _OUTSIDE) answers that were no candidates
    lost: NDArray[np.float32]  # (capacity, _OUTSIDE) what these are worth
    missed: NDArray[np.float32]  # (capacity, 2) how many these are, what further ones are worth

    def packed(self) -> Held:
        """Drop spare room, with what is left of lists that are no longer open."""
        size = self.open.keys.size
        live = self.open.keys.keys[:size] != 0
        length = np.where(live, self.length[:size], 0)
        missed = np.where(live[:, None], self.missed[:size], np.float32(0.0))
        stands = np.arange(self.item.shape[1]) < length[:, None]
        known = np.arange(self.outside.shape[1]) < missed[:, :1]
        return Held(
            self.open.packed(),
            np.where(live, self.number[:size], 0),
            length,
            np.where(stands, self.item[:size], U64(0)),
            np.where(stands[:, :, None], self.x[:size], np.float32(0.0)),
            np.where(stands[:, : self.worth.shape[1]], self.worth[:size], np.float32(0.0)),
            np.where(known, self.outside[:size], U64(0)),
            np.where(known, self.lost[:size], np.float32(0.0)),
            missed,
        )

    def unpacked(self) -> Held:
        """Make room again."""
        return _roomy(self._replace(open=self.open.unpacked()))


def _roomy(state: Held) -> Held:
    """Give the arrays that stand beside slots the height of the slots."""
    height = len(state.open.keys.keys)
    return Held._make((state.open, *(tall(array, height) for array in state[1:])))


class _Due(NamedTuple):
    """What is due, row by row."""

    row: NDArray[np.int64]
    what: NDArray[np.int8]
    number: NDArray[np.int64]
    y: NDArray[np.float64]
    key: NDArray[np.uint64]
    x: NDArray[np.float32]


class _Given(NamedTuple):
    """The woven rows, the candidates of the questions among them."""

    number: NDArray[np.int64]
    us: NDArray[np.int64]
    key: NDArray[np.uint64]
    item: NDArray[np.uint64]
    worth: NDArray[np.float32]  # of a row as an answer; 0 where it answers nothing, below 0 where it takes back
    first: NDArray[np.int64]  # of the row's candidates
    last: NDArray[np.int64]
    candidate: NDArray[np.uint64]
    x: NDArray[np.float32]


@dataclass(frozen=True)
class Lists:
    """Turn questions, with their candidates, into lists to be guessed, then lists with what was taken.

    A question is answered by the next row of `kind` under its key; where there are `several` answers, by all of
    them up to the key's next question. Rows of a settled list are SETTLED, y being 1 for a candidate that was taken,
    0 for the others, or what `gains` says; they are left out where none was taken, for they could teach nothing.
    One row MISSED ends it. A question that is not answered within `window_s` is ABANDONED, as is the older of two
    questions of one key, as is the oldest of more than `most`, as is one of which all was taken back.
    Bytes: at most `most` * (`longest` * (8 + 4 * width) + 64), 4 * `longest` + 768 more where there are several
    answers.

    width      of the candidates' x
    several    whether all rows until the next question answer, each item counted once
    gains      what answers are worth, in the place of 1 for each row of `kind`; of an item's several outcomes the most
               counts, less what is then taken back by rows worth less than 0, which answer nothing themselves
    window_s   from the question, or its last answer, to its end
    longest    candidates a question has at most
    """

    width: int
    kind: str = "view"
    by: str = "session"
    several: bool = False
    gains: Gains | None = None
    window_s: float = 1 * HOUR_S
    longest: int = 64
    most: int = 4096
    tick: Tick = field(default_factory=Tick)
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(DTYPES.get(self.by) == np.uint64, "lists.by", "a hashed column", self.by)
        require(self.width >= 0, "lists.width", "at least 0", self.width)
        require(self.several or self.gains is None, "lists.gains", "several answers", "one")
        require(self.window_s > 0, "lists.window_s", "more than 0", self.window_s)
        require(self.longest >= 1, "lists.longest", "at least 1", self.longest)
        require(self.most >= 1, "lists.most", "at least 1", self.most)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return tuple(dict.fromkeys((self.by, "item", *(self.gains.reads if self.gains else ()))))

    def start(self) -> Held:
        """Return the state before the first row."""
        empty = Held(
            recent(1),
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            np.zeros((0, self.longest), np.uint64),
            np.zeros((0, self.longest, self.width), np.float32),
            np.zeros((0, self.longest if self.several else 0), np.float32),
            np.zeros((0, _OUTSIDE if self.several else 0), np.uint64),
            np.zeros((0, _OUTSIDE if self.several else 0), np.float32),
            np.zeros((0, 2), np.float32),
        )
        return _roomy(empty)

    def step(self, state: Held, batch: tuple[Events, Offered]) -> tuple[Held, Turns]:
        """Return the lists that are due, in the order of the log: (woven events, their candidates) -> Turns."""
        woven, (question, item, x) = batch
        require(x.shape[1:] == (self.width,), "candidates.x", f"{self.width} columns", x.shape[1:])
        first, last = (np.searchsorted(question, woven["number"], side) for side in ("left", "right"))
        asks = woven["number"] >= 0
        longest = int((last - first)[asks].max(initial=0))
        require(longest <= self.longest, "lists.longest", f"at least {longest} candidates", self.longest)
        worth = self._worth(woven, asks)
        asked, before = int(asks.sum()), state.open.keys.live
        state = _roomy(state._replace(open=with_room(state.open, min(asked, max(self.most - before, 0)))))
        answered = asked + before if self.several else min(asked + before, int(np.count_nonzero(worth)))
        rows = len(item) + answered * (self.longest + 1) + asked + before
        due = _Due(
            np.empty(rows, np.int64),
            np.empty(rows, np.int8),
            np.empty(rows, np.int64),
            np.empty(rows),
            np.empty(rows, np.uint64),
            np.empty((rows, self.width), np.float32),
        )
        given = _Given(woven["number"], woven.logged_us, woven[self.by], woven["item"], worth, first, last, item, x)
        size = _hold(state, given, self.several, round(self.window_s * SECOND_US), self.most, due)
        return state, self._turns(woven, _Due._make(column[:size] for column in due))

    def _worth(self, woven: Events, asks: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return what each row is worth as an answer, (rows,)."""
        found = self.gains.of(woven) if self.gains else woven.kind == kind_number(self.kind)
        worth: NDArray[np.float32] = found.astype(np.float32)
        worth[asks | (woven[self.by] == 0) | (woven["item"] == 0)] = 0.0
        return worth

    def _turns(self, woven: Events, due: _Due) -> Turns:
        offset, us = woven.offset[due.row], woven.logged_us[due.row]
        tick = tick_of(us, offset, self.tick.us, self.tick.events)
        was = np.full(len(due.row), np.nan)
        weight = np.where((due.what == MISSED) | (due.what == ABANDONED), 0.0, 1.0)
        return Turns(due.what, tick, offset, us, due.number, due.y, was, weight, due.key, due.x)


@kernel
def _hold(state: Held, given: _Given, several: bool, window_us: int, most: int, due: _Due) -> int:
    size = 0
    for row in range(len(given.number)):
        now, key = given.us[row], given.key[row]
        while state.open.ends[0] != NONE and now - state.open.links[state.open.ends[0]].last_us > window_us:
            size = _close(state, state.open.ends[0], row, due, size)
        if given.number[row] >= 0:
            size = _ask(state, given, row, most, due, size)
        elif given.worth[row] != 0:
            slot = find(state.open.keys, key)
            if slot != NONE and several:
                _take(state, slot, given.item[row], given.worth[row])
                if given.worth[row] > 0:
                    touch(state.open, key, now)
            elif slot != NONE:
                size = _settle(state, slot, row, given.item[row], due, size)
    return size


@kernel
def _ask(state: Held, given: _Given, row: int, most: int, due: _Due, size: int) -> int:
    """Hand out a question's candidates; hold them, unless it is about nobody."""
    number, key = given.number[row], given.key[row]
    first, last = given.first[row], given.last[row]
    slot = find(state.open.keys, key) if key != U64(0) else NONE
    if slot != NONE:
        size = _close(state, slot, row, due, size)
    elif key != U64(0) and held(state.open.keys) >= most:
        size = _close(state, state.open.ends[0], row, due, size)
    for at in range(first, last):
        size = _say(due, size, row, ASKED, number, np.nan, key)
        due.x[size - 1] = given.x[at]
    if key == U64(0):
        size = _say(due, size, row, ABANDONED, number, np.nan, key)
        due.x[size - 1, :] = np.float32(0.0)
        return size
    slot, length = touch(state.open, key, given.us[row]), last - first
    state.open.carried[slot, 0] = key
    state.number[slot], state.length[slot] = number, length
    state.item[slot, :length] = given.candidate[first:last]
    state.x[slot, :length] = given.x[first:last]
    state.worth[slot, :] = np.float32(0.0)
    state.missed[slot, :] = np.float32(0.0)
    return size


@lean
def _say(due: _Due, size: int, row: int, what: int, number: int, y: float, key: np.uint64) -> int:
    """Write all of a row but its x; return how many there are."""
    due.row[size], due.what[size], due.number[size] = row, what, number
    due.y[size], due.key[size] = y, key
    return size + 1


@lean
def _come_to(had: np.float32, worth: np.float32) -> np.float32:
    """Return what an item has come to with one more outcome."""
    return max(had, worth) if worth > 0 else max(had + worth, np.float32(0.0))


@lean
def _take(state: Held, slot: int, item: np.uint64, worth: np.float32) -> None:
    """Note one of several answers."""
    for at in range(state.length[slot]):
        if state.item[slot, at] == item:
            state.worth[slot, at] = _come_to(state.worth[slot, at], worth)
            return
    known = int(state.missed[slot, 0])
    for at in range(known):
        if state.outside[slot, at] == item:
            state.lost[slot, at] = _come_to(state.lost[slot, at], worth)
            return
    if worth <= 0:
        return
    if known < state.outside.shape[1]:
        state.outside[slot, known], state.lost[slot, known] = item, worth
        state.missed[slot, 0] += np.float32(1.0)
    else:
        state.missed[slot, 1] += worth


@kernel
def _close(state: Held, slot: int, row: int, due: _Due, size: int) -> int:
    """End a question: with its several answers, if there are any."""
    taken, number, key = False, state.number[slot], state.open.carried[slot, 0]
    missed = state.missed[slot, 1]
    for at in range(int(state.missed[slot, 0])):
        missed += state.lost[slot, at]
    for at in range(min(state.length[slot], state.worth.shape[1])):
        taken |= state.worth[slot, at] > 0
    if taken:
        for at in range(state.length[slot]):
            size = _say(due, size, row, SETTLED, number, state.worth[slot, at], key)
            due.x[size - 1] = state.x[slot, at]
    if taken or missed > 0:
        size = _say(due, size, row, MISSED, number, missed, key)
    else:
        size = _say(due, size, row, ABANDONED, number, np.nan, key)
    due.x[size - 1, :] = np.float32(0.0)
    drop(state.open, slot)
    return size


@kernel
def _settle(state: Held, slot: int, row: int, taken: np.uint64, due: _Due, size: int) -> int:
    """End a question with its only answer."""
    found, number, key = False, state.number[slot], state.open.carried[slot, 0]
    for at in range(state.length[slot]):
        found |= state.item[slot, at] == taken
    if found:
        for at in range(state.length[slot]):
            size = _say(due, size, row, SETTLED, number, 1.0 if state.item[slot, at] == taken else 0.0, key)
            due.x[size - 1] = state.x[slot, at]
    size = _say(due, size, row, MISSED, number, 0.0 if found else 1.0, key)
    due.x[size - 1, :] = np.float32(0.0)
    drop(state.open, slot)
    return size
