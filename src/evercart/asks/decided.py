"""Decided: of all questions those that are an app's own, the live ones in place of the implied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import names
from evercart.errors import require
from evercart.events.batch import Events
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US

Asking = tuple[Events, NDArray[np.float32]]  # a woven batch with X of its questions, one row each


class DecidedState(NamedTuple):
    """The decisions of late, by id."""

    next: NDArray[np.int64]  # (1,) the next question's number
    known: Recent


@dataclass(frozen=True)
class Decided:
    """A fold from (woven events, X) to the same with an app's own questions, numbered without a gap.

    A decision that was logged live is a question of the app it names, for others a row like any. An implied
    question is dropped if what it is about names, in `ref`, such a decision of the last `keep_s`: it was asked
    already. An asking of several apps is woven once, its X computed once; only here do they part.

    app     the app's name, hashed under the shop's key
    keep_s  how long after a decision an event may name it

    >>> events = Events.of(id=[5, 0, 6], app=[1, 0, 2], kind=[7, 7, 7], number=[0, 1, 2], decided=[0, 5, 0])
    >>> own = Decided(app=1)
    >>> own.step(own.start(), (events, np.zeros((3, 1), np.float32)))[1][0]["number"].tolist()
    [0, -1]
    """

    app: int
    keep_s: float = 7 * DAY_S
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(0 < self.app < 1 << 64, "decided.app", "the hash of a name", self.app)
        require(self.keep_s > 0, "decided.keep_s", "more than 0", self.keep_s)

    def start(self) -> DecidedState:
        """Return the state before the first row."""
        return DecidedState(np.zeros(1, np.int64), recent(0))

    def step(self, state: DecidedState, batch: Asking) -> tuple[DecidedState, Asking]:
        """Keep the app's own questions."""
        woven, x = batch
        asked, ids = woven.asked, names(woven, "id")
        logged = asked & (ids != 0)
        mine = logged & (names(woven, "app") == U64(self.app))
        known = with_room(state.known, int(np.count_nonzero(mine)))
        made = np.where(mine, ids, U64(0))
        named = np.where(asked & ~logged, woven["decided"], U64(0))
        twice = _twice(known, woven.logged_us, made, named, round(self.keep_s * SECOND_US))
        keeps = asked & ~twice & (mine | ~logged)
        number = np.where(keeps, state.next + np.cumsum(keeps) - 1, -1)
        own = Events({**woven.columns, "number": number})
        left = own.rows(~twice) if twice.any() else own
        return DecidedState(state.next + np.count_nonzero(keeps), known), (left, x[keeps[asked]])


@kernel
def _twice(
    known: Recent,
    logged_us: NDArray[np.int64],
    made: NDArray[np.uint64],
    named: NDArray[np.uint64],
    keep_us: int,
) -> NDArray[np.bool_]:
    """Return which questions, (rows,), are about what a known decision decided; know those that are made."""
    twice = np.zeros(len(logged_us), np.bool_)
    for row in range(len(logged_us)):
        while known.ends[0] != NONE and logged_us[row] - known.links[known.ends[0]].last_us > keep_us:
            drop(known, known.ends[0])
        if made[row] != U64(0):
            touch(known, made[row], logged_us[row])
        elif named[row] != U64(0):
            twice[row] = find(known.keys, named[row]) != NONE
    return twice
