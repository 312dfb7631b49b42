"""Arrival: one question as a shopper arrives, just before the first row of each basket."""

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
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US


class ArrivalState(NamedTuple):
    """Shoppers whose basket may still go on."""

    next: NDArray[np.int64]  # (1,) the next question's number
    open: Recent  # carries the session


@dataclass(frozen=True)
class Arrival:
    """Ask just before the first row of each basket, carrying who has arrived where: what will be bought?

    A basket is a shopper's consecutive rows of one session; of rows that name no session, those no more than
    `gap_s` apart. A session that pauses longer than `pause_s` goes on as another basket. Rows without a shopper
    ask nothing.

    >>> asks = Arrival("order", carries=("user",))
    >>> rows = Events.of(kind=[2, 2, 2], logged_us=[5, 5, 9], session=[1, 1, 2], user=[7, 7, 7])
    >>> asks.step(asks.start(), rows)[1]["number"].tolist()
    [0, -1, -1, 1, -1]
    """

    kind: str = "order"
    by: str = "user"
    session: str = "session"
    gap_s: float = 0.0
    carries: tuple[str, ...] = ("user", "place")
    pause_s: float = 1 * DAY_S
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        for name in (self.by, self.session, *self.carries):
            require(DTYPES.get(name) == np.uint64, "arrival.by, session, carries", "hashed columns", name)
        require(self.gap_s >= 0, "arrival.gap_s", "at least 0", self.gap_s)
        require(self.pause_s >= self.gap_s, "arrival.pause_s", f"at least {self.gap_s:g}", self.pause_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return tuple(dict.fromkeys((self.by, self.session, *self.carries, *LOGGED)))

    @property
    def own(self) -> tuple[str, ...]:
        """Return what the question is about, what says that it is asked, what says that it was decided live."""
        return tuple(dict.fromkeys(("kind", "ref", self.by, self.session, *self.carries)))

    def start(self) -> ArrivalState:
        """Return the state before the first row."""
        return ArrivalState(np.zeros(1, np.int64), recent(1))

    def step(self, state: ArrivalState, batch: Events) -> tuple[ArrivalState, Events]:
        """Weave one question before each basket's first row."""
        opened = with_room(state.open, len(batch))
        asks = (batch.kind == kind_number(self.kind)) & (batch[self.by] != 0)
        windows_us = round(self.gap_s * SECOND_US), round(self.pause_s * SECOND_US)
        at = np.flatnonzero(_begins(opened, batch.logged_us, asks, batch[self.by], batch[self.session], windows_us))
        known = {name: batch[name][at] for name in self.carries}
        woven = weave(batch, at, at, known, int(state.next[0]), names(batch, "ref")[at])
        return ArrivalState(state.next + np.count_nonzero(woven.asked), opened), woven


@lean
def is_new(session: np.uint64, before: np.uint64, apart_us: int, windows_us: tuple[int, int]) -> bool:
    """Return whether a row of a shopper begins a basket, by its session, the last row's, the time between them.

    windows_us    the gap that rows without a session may have, the pause that rows with one may have
    """
    return bool(session != before or apart_us > windows_us[0 if session == U64(0) else 1])


@kernel
def _begins(
    state: Recent,
    logged_us: NDArray[np.int64],
    asks: NDArray[np.bool_],
    shopper: NDArray[np.uint64],
    session: NDArray[np.uint64],
    windows_us: tuple[int, int],
) -> NDArray[np.bool_]:
    """Return which rows are the first of a basket, (rows,)."""
    begins = np.zeros(len(logged_us), np.bool_)
    for row in range(len(logged_us)):
        now = logged_us[row]
        while state.ends[0] != NONE and now - state.links[state.ends[0]].last_us > windows_us[1]:
            drop(state, state.ends[0])
        if not asks[row]:
            continue
        slot = find(state.keys, shopper[row])
        if slot == NONE:
            begins[row] = True
        else:
            begins[row] = is_new(session[row], state.carried[slot, 0], now - state.links[slot].last_us, windows_us)
        state.carried[touch(state, shopper[row], now), 0] = session[row]
    return begins
