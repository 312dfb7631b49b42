"""Ranking: where each answer stood in the list that was shown before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.hits import Hits
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall
from evercart.units import DAY_S, SECOND_US

_PATH: Final = 64  # how far back in a session an item counts as a return
_KNOWN, _CLICKS, _SHOWN = 0, 1, 2  # of `totals`: items, their clicks, how many of them were shown


class Shown(NamedTuple):
    """What was shown in each open session; what is known of each item."""

    sessions: Recent
    number: NDArray[np.int64]  # (capacity,) of the open question, -1 where there is none
    place: NDArray[np.int64]  # (capacity,) clicks
    path: NDArray[np.uint64]  # (capacity, _PATH) a ring by `place`
    shown: NDArray[np.uint64]  # (capacity, k) best first, 0 where there were fewer
    says: NDArray[np.float64]  # (capacity, 2) novelty, tail of what was shown
    items: Recent
    clicks: NDArray[np.int64]  # (capacity of items,)
    was_shown: NDArray[np.int64]  # (capacity of items,) 0 or 1
    totals: NDArray[np.int64]  # (3,)

    def packed(self) -> Shown:
        """Drop spare room."""
        sessions, items = self.sessions.keys.size, self.items.keys.size
        return Shown(
            self.sessions.packed(),
            self.number[:sessions],
            self.place[:sessions],
            self.path[:sessions],
            self.shown[:sessions],
            self.says[:sessions],
            self.items.packed(),
            self.clicks[:items],
            self.was_shown[:items],
            self.totals,
        )

    def unpacked(self) -> Shown:
        """Make room again."""
        return self._replace(sessions=self.sessions.unpacked(), items=self.items.unpacked()).roomy()

    def roomy(self) -> Shown:
        """Give the arrays that stand beside slots the height of the slots."""
        sessions, items = len(self.sessions.keys.keys), len(self.items.keys.keys)
        return Shown(
            self.sessions,
            tall(self.number, sessions),
            tall(self.place, sessions),
            tall(self.path, sessions),
            tall(self.shown, sessions),
            tall(self.says, sessions),
            self.items,
            tall(self.clicks, items),
            tall(self.was_shown, items),
            self.totals,
        )


@dataclass(frozen=True)
class Ranking:
    """Score full rankings click by click: each list by the next click of its session.

    A session's first click is not scored; its last asks nothing, for nothing answers. Whoever makes the lists may
    have taken in all that is logged before the question.

    k           items of a list that count
    window_s    how long a session may pause before it is forgotten
    keep_s      how long an item without clicks is known

    >>> ranking = Ranking()
    >>> rows = Events.of(number=[-1, 0, -1], kind=[1, 7, 1], session=[5, 5, 5], item=[8, 8, 9])
    >>> ranking.step(ranking.start(), (rows, np.array([0, 0]), np.array([7, 9], np.uint64)))[1].rank.tolist()
    [1]
    """

    kind: str = "view"
    by: str = "session"
    k: int = 20
    window_s: float = 1 * DAY_S
    keep_s: float = 60 * DAY_S
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(DTYPES.get(self.by) == np.uint64, "ranking.by", "a hashed column", self.by)
        require(1 <= self.k <= 1000, "ranking.k", "1 to 1000", self.k)
        require(self.window_s > 0, "ranking.window_s", "more than 0", self.window_s)
        require(self.keep_s >= self.window_s, "ranking.keep_s", f"at least {self.window_s:g}", self.keep_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.by, "item")

    def start(self) -> Shown:
        """Return the state before the first row."""
        return Shown(
            sessions=recent(1),
            number=np.zeros(0, np.int64),
            place=np.zeros(0, np.int64),
            path=np.zeros((0, _PATH), np.uint64),
            shown=np.zeros((0, self.k), np.uint64),
            says=np.zeros((0, 2)),
            items=recent(1),
            clicks=np.zeros(0, np.int64),
            was_shown=np.zeros(0, np.int64),
            totals=np.zeros(3, np.int64),
        ).roomy()

    def step(self, state: Shown, batch: tuple[Events, NDArray[np.int64], NDArray[np.uint64]]) -> tuple[Shown, Hits]:
        """Return what was answered: (woven events, question of each row shown, its item; best first) -> Hits."""
        woven, question, item = batch
        clicks = (woven.kind == kind_number(self.kind)) & (woven["number"] < 0)
        clicks &= (woven[self.by] != 0) & (woven["item"] != 0)
        more = int(clicks.sum())
        rooms = with_room(state.sessions, more), with_room(state.items, more)
        state = state._replace(sessions=rooms[0], items=rooms[1]).roomy()
        bounds = np.searchsorted(question, woven["number"], "left"), np.searchsorted(question, woven["number"], "right")
        out = Hits(
            np.empty(more, np.int64),
            np.empty(more, np.int64),
            np.empty(more, np.int32),
            np.empty(more, np.bool_),
            np.empty(more, np.bool_),
            np.empty(more, np.int32),
            np.empty(more),
            np.empty(more),
        )
        given = (woven["number"], woven.logged_us, woven[self.by], woven["item"])
        windows = (round(self.window_s * SECOND_US), round(self.keep_s * SECOND_US))
        columns = (out.number, out.us, out.rank, out.known, out.returned, out.place, out.novelty, out.tail)
        return state, out.rows(slice(_score(state, given, clicks, bounds, item, windows, columns)))

    def coverage(self, state: Shown) -> float:
        """Return the share of the known items that was shown to anyone while known."""
        return float(state.totals[_SHOWN] / max(state.totals[_KNOWN], 1))


@kernel
def _score(
    state: Shown,
    given: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64]],
    clicks: NDArray[np.bool_],
    bounds: tuple[NDArray[np.int64], NDArray[np.int64]],
    item: NDArray[np.uint64],
    windows: tuple[int, int],
    columns: tuple[
        NDArray[np.int64],
        NDArray[np.int64],
        NDArray[np.int32],
        NDArray[np.bool_],
        NDArray[np.bool_],
        NDArray[np.int32],
        NDArray[np.float64],
        NDArray[np.float64],
    ],
) -> int:
    asked, logged_us, session, clicked = given
    number, us, rank, known, returned, place, novelty, tail = columns
    size = 0
    for row in range(len(asked)):
        _forget(state, logged_us[row], windows)
        if asked[row] >= 0:
            slot = find(state.sessions.keys, session[row]) if session[row] != U64(0) else NONE
            if slot != NONE:
                _show(state, slot, asked[row], item[bounds[0][row] : bounds[1][row]])
        elif clicks[row]:
            slot = find(state.sessions.keys, session[row])
            if slot != NONE and state.number[slot] >= 0:
                number[size], us[size], place[size] = state.number[slot], logged_us[row], state.place[slot]
                rank[size] = _rank(state.shown[slot], clicked[row])
                known[size] = find(state.items.keys, clicked[row]) != NONE
                returned[size] = _rank(state.path[slot], clicked[row]) >= 0
                novelty[size], tail[size] = state.says[slot, 0], state.says[slot, 1]
                size += 1
            _click(state, session[row], clicked[row], logged_us[row])
    return size


@lean
def _rank(shown: NDArray[np.uint64], item: np.uint64) -> int:
    for at in range(len(shown)):
        if shown[at] == item:
            return at
    return -1


@kernel
def _show(state: Shown, slot: int, number: int, items: NDArray[np.uint64]) -> None:
    """Keep the first items of a list; say how new they are to people."""
    state.number[slot] = number
    bits, rare, known = 0.0, 0, 0
    for at in range(state.shown.shape[1]):
        state.shown[slot, at] = items[at] if at < len(items) else U64(0)
        place = find(state.items.keys, items[at]) if at < len(items) else NONE
        if place != NONE:
            known += 1
            bits -= np.log2(state.clicks[place] / state.totals[_CLICKS])
            rare += 1 if state.clicks[place] * state.totals[_KNOWN] < state.totals[_CLICKS] else 0
            state.totals[_SHOWN] += 1 - state.was_shown[place]
            state.was_shown[place] = 1
    state.says[slot, 0] = bits / known if known > 0 else np.nan
    state.says[slot, 1] = rare / known if known > 0 else np.nan


@kernel
def _click(state: Shown, session: np.uint64, item: np.uint64, us: int) -> None:
    new = find(state.sessions.keys, session) == NONE
    slot = touch(state.sessions, session, us)
    if new:
        state.place[slot] = 0
        state.path[slot, :] = U64(0)
        state.shown[slot, :] = U64(0)
        state.says[slot, :] = 0.0
    state.number[slot] = -1
    state.path[slot, state.place[slot] % _PATH] = item
    state.place[slot] += 1
    state.totals[_KNOWN] += 1 if find(state.items.keys, item) == NONE else 0
    state.clicks[touch(state.items, item, us)] += 1
    state.totals[_CLICKS] += 1


@kernel
def _forget(state: Shown, now: int, windows: tuple[int, int]) -> None:
    while state.sessions.ends[0] != NONE and now - state.sessions.links[state.sessions.ends[0]].last_us > windows[0]:
        slot = state.sessions.ends[0]
        state.number[slot] = state.place[slot] = 0
        state.path[slot, :] = U64(0)
        state.shown[slot, :] = U64(0)
        state.says[slot, :] = 0.0
        drop(state.sessions, slot)
    while state.items.ends[0] != NONE and now - state.items.links[state.items.ends[0]].last_us > windows[1]:
        slot = state.items.ends[0]
        state.totals[_KNOWN] -= 1
        state.totals[_CLICKS] -= state.clicks[slot]
        state.totals[_SHOWN] -= state.was_shown[slot]
        state.clicks[slot] = state.was_shown[slot] = 0
        drop(state.items, slot)
