"""Lists: hold each question's candidates until the session's next click says which was the one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, SETTLED, Turns, tick_of
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, held, tall
from evercart.units import HOUR_S, SECOND_US

Offered = tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float32]]  # question, item, x of the candidates


class Held(NamedTuple):
    """The lists of open questions, one a session at most, beside the slots of their sessions."""

    open: Recent
    number: NDArray[np.int64]  # (capacity,)
    length: NDArray[np.int64]  # (capacity,)
    item: NDArray[np.uint64]  # (capacity, longest)
    x: NDArray[np.float32]  # (capacity, longest, width)

    def packed(self) -> Held:
        """Drop spare room, and what is left of lists that are no longer open."""
        size = self.open.keys.size
        length = np.where(self.open.keys.keys[:size] != 0, self.length[:size], 0)
        stands = np.arange(self.item.shape[1]) < length[:, None]
        return Held(
            self.open.packed(),
            np.where(length > 0, self.number[:size], 0),
            length,
            np.where(stands, self.item[:size], U64(0)),
            np.where(stands[:, :, None], self.x[:size], np.float32(0.0)),
        )

    def unpacked(self) -> Held:
        """Make room again."""
        return _roomy(self._replace(open=self.open.unpacked()))


def _roomy(state: Held) -> Held:
    """Give the arrays that stand beside slots the height of the slots."""
    height = len(state.open.keys.keys)
    lists = tall(state.number, height), tall(state.length, height), tall(state.item, height), tall(state.x, height)
    return Held(state.open, *lists)


class _Due(NamedTuple):
    """What is due, row by row."""

    row: NDArray[np.int64]
    what: NDArray[np.int8]
    number: NDArray[np.int64]
    y: NDArray[np.float64]
    key: NDArray[np.uint64]
    x: NDArray[np.float32]


@dataclass(frozen=True)
class Lists:
    """Turn questions, with their candidates, into lists to be guessed, then lists with the one that was taken.

    A question is answered by the next row of `kind` in its session: y is 1 for the candidate it names, 0 for the
    others; if it names none of them, or does not come within `window_s`, the list is dropped, for it could teach
    nothing. A session has one open question; the newer one stands. Of more than `most` the oldest are dropped.
    Bytes: at most `most` * `longest` * (8 + 4 * width).

    width      of the candidates' x
    longest    candidates a question has at most
    """

    width: int
    kind: str = "view"
    by: str = "session"
    window_s: float = 1 * HOUR_S
    longest: int = 64
    most: int = 4096
    tick: Tick = field(default_factory=Tick)
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(DTYPES.get(self.by) == np.uint64, "lists.by", "a hashed column", self.by)
        require(self.width >= 0, "lists.width", "at least 0", self.width)
        require(self.window_s > 0, "lists.window_s", "more than 0", self.window_s)
        require(self.longest >= 1, "lists.longest", "at least 1", self.longest)
        require(self.most >= 1, "lists.most", "at least 1", self.most)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.by, "item")

    def start(self) -> Held:
        """Return the state before the first row."""
        shape = (0, self.longest)
        empty = Held(
            recent(1),
            np.zeros(0, np.int64),
            np.zeros(0, np.int64),
            np.zeros(shape, np.uint64),
            np.zeros((*shape, self.width), np.float32),
        )
        return _roomy(empty)

    def step(self, state: Held, batch: tuple[Events, Offered]) -> tuple[Held, Turns]:
        """Return the lists that are due, in the order of the log: (woven events, their candidates) -> Turns."""
        woven, (question, item, x) = batch
        require(x.shape[1:] == (self.width,), "candidates.x", f"{self.width} columns", x.shape[1:])
        bounds = np.searchsorted(question, woven["number"], "left"), np.searchsorted(question, woven["number"], "right")
        longest = int((bounds[1] - bounds[0])[woven["number"] >= 0].max(initial=0))
        require(longest <= self.longest, "lists.longest", f"at least {longest} candidates", self.longest)
        asked = int((woven["number"] >= 0).sum())
        more = min(asked, max(self.most - state.open.keys.live, 0))
        state = _roomy(state._replace(open=with_room(state.open, more)))
        takes = (woven.kind == kind_number(self.kind)) & (woven["number"] < 0) & (woven[self.by] != 0)
        rows = len(item) + min(int(takes.sum()), asked + state.open.keys.live) * self.longest
        due = _Due(
            np.empty(rows, np.int64),
            np.empty(rows, np.int8),
            np.empty(rows, np.int64),
            np.empty(rows),
            np.empty(rows, np.uint64),
            np.empty((rows, self.width), np.float32),
        )
        given = (woven["number"], woven.logged_us, woven[self.by], woven["item"])
        size = _hold(state, given, takes, bounds, item, x, round(self.window_s * SECOND_US), self.most, due)
        return state, self._turns(woven, _Due._make(column[:size] for column in due))

    def _turns(self, woven: Events, due: _Due) -> Turns:
        offset, us = woven.offset[due.row], woven.logged_us[due.row]
        rows = len(due.row)
        tick = tick_of(us, offset, self.tick.us, self.tick.events)
        was, weight = np.full(rows, np.nan), np.ones(rows)
        return Turns(due.what, tick, offset, us, due.number, due.y, was, weight, due.key, due.x)


@kernel
def _hold(
    state: Held,
    given: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64]],
    takes: NDArray[np.bool_],
    bounds: tuple[NDArray[np.int64], NDArray[np.int64]],
    item: NDArray[np.uint64],
    x: NDArray[np.float32],
    window_us: int,
    most: int,
    due: _Due,
) -> int:
    number, logged_us, session, taken = given
    first, last = bounds
    size = 0
    for row in range(len(number)):
        now = logged_us[row]
        while state.open.ends[0] != NONE and now - state.open.links[state.open.ends[0]].last_us > window_us:
            drop(state.open, state.open.ends[0])
        if number[row] >= 0:
            length = last[row] - first[row]
            for at in range(first[row], last[row]):
                due.row[size], due.what[size], due.number[size] = row, ASKED, number[row]
                due.y[size], due.key[size] = np.nan, session[row]
                due.x[size] = x[at]
                size += 1
            if session[row] != U64(0):
                if find(state.open.keys, session[row]) == NONE and held(state.open.keys) >= most:
                    drop(state.open, state.open.ends[0])
                slot = touch(state.open, session[row], now)
                state.number[slot], state.length[slot] = number[row], length
                state.item[slot, :length] = item[first[row] : last[row]]
                state.x[slot, :length] = x[first[row] : last[row]]
        elif takes[row]:
            slot = find(state.open.keys, session[row])
            if slot != NONE:
                size = _settle(state, slot, row, taken[row], session[row], due, size)
                drop(state.open, slot)
    return size


@kernel
def _settle(state: Held, slot: int, row: int, taken: np.uint64, key: np.uint64, due: _Due, size: int) -> int:
    """Write the list with the one that was taken, if it was among them."""
    length = state.length[slot]
    found = False
    for at in range(length):
        found |= state.item[slot, at] == taken
    if not found or taken == U64(0):
        return size
    for at in range(length):
        due.row[size], due.what[size], due.number[size] = row, SETTLED, state.number[slot]
        due.y[size], due.key[size] = 1.0 if state.item[slot, at] == taken else 0.0, key
        due.x[size] = state.x[slot, at]
        size += 1
    return size
