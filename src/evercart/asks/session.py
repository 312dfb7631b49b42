"""SessionEnd: one question when a session, or a basket, has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import LOGGED, names, weave
from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.units import MINUTE_S, SECOND_US


class SessionState(NamedTuple):
    """Sessions that may still go on."""

    next: NDArray[np.int64]  # (1,) the next question's number
    open: Recent


@dataclass(frozen=True)
class SessionEnd:
    """Ask at the first row of anyone logged more than `gap_s` after a session's last row.

    A basket whose lines share one time has a gap of 0. A session that goes on after its end is asked about
    again. What history left open when a shop goes live is dropped.

    unnamed    the column that stands in where a row names no session: "user" makes visits of a shopper's rows

    >>> asks = SessionEnd("order", gap_s=0, carries=("user",))
    >>> rows = Events.of(kind=[2, 2, 2], logged_us=[5, 5, 9], session=[1, 1, 2], user=[7, 7, 8], live=[0, 0, 0])
    >>> asks.step(asks.start(), rows)[1]["number"].tolist()
    [-1, -1, 0, -1]
    """

    kind: str
    by: str = "session"
    gap_s: float = 30 * MINUTE_S
    carries: tuple[str, ...] = ("user", "place")
    unnamed: str = ""
    grain: ClassVar[Grain] = "event"
    own: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(self.gap_s >= 0, "session.gap_s", "at least 0", self.gap_s)
        for name in (self.by, *self.carries, *filter(None, [self.unnamed])):
            require(DTYPES.get(name) == np.uint64, "session.by, carries", "hashed columns", name)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return tuple(dict.fromkeys((self.by, *self.carries, *filter(None, [self.unnamed]), *LOGGED, "live")))

    def start(self) -> SessionState:
        """Return the state before the first row."""
        return SessionState(np.zeros(1, np.int64), recent(2 + len(self.carries)))

    def step(self, state: SessionState, batch: Events) -> tuple[SessionState, Events]:
        """Weave a question where each session's end shows."""
        opened = with_room(state.open, len(batch))
        own = (self.by, *self.carries)
        session = np.where(batch[self.by] != 0, batch[self.by], batch[self.unnamed]) if self.unnamed else batch[self.by]
        carried = np.stack([session, *(batch[name] for name in self.carries), names(batch, "ref")], axis=1)
        room = opened.keys.live + len(batch)
        before, known = np.empty(room, np.int64), np.empty((room, carried.shape[1]), np.uint64)
        goes_on = (batch.kind == kind_number(self.kind)) & (session != 0)
        gap_us = round(self.gap_s * SECOND_US)
        found = _ends(opened, batch.logged_us, goes_on, batch["live"] == 1, carried, gap_us, before, known)
        columns = {name: known[:found, i] for i, name in enumerate(own)}
        woven = weave(batch, before[:found], before[:found], columns, int(state.next[0]), known[:found, -1])
        return SessionState(state.next + np.count_nonzero(woven.asked), opened), woven


@kernel
def _ends(
    state: Recent,
    logged_us: NDArray[np.int64],
    goes_on: NDArray[np.bool_],
    goes_live: NDArray[np.bool_],
    carried: NDArray[np.uint64],
    gap_us: int,
    before: NDArray[np.int64],
    known: NDArray[np.uint64],
) -> int:
    found = 0
    for row in range(len(logged_us)):
        now = logged_us[row]
        while state.ends[0] != NONE and (goes_live[row] or now - state.links[state.ends[0]].last_us > gap_us):
            slot = state.ends[0]
            if not goes_live[row]:
                before[found] = row
                known[found, :] = state.carried[slot, :]
                found += 1
            drop(state, slot)
        if goes_on[row]:
            slot = touch(state, carried[row, 0], now)
            for column in range(carried.shape[1]):
                if carried[row, column] != U64(0):
                    state.carried[slot, column] = carried[row, column]
    return found
