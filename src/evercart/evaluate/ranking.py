"""Ranking: where each answer stood in the list that was shown before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.hits import Hits, none
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall
from evercart.units import DAY_S, HOUR_S, SECOND_US

_KNOWN, _CLICKS, _SHOWN = 0, 1, 2  # of `totals`: items, their clicks, how many of them were shown


class Shown(NamedTuple):
    """What was shown in each open session; what is known of each item."""

    sessions: Recent
    number: NDArray[np.int64]  # (capacity,) of the open question, -1 where there is none
    asked: NDArray[np.int64]  # (capacity,) questions so far
    place: NDArray[np.int64]  # (capacity,) clicks
    path: NDArray[np.uint64]  # (capacity, back) a ring by `place`
    shown: NDArray[np.uint64]  # (capacity, k) best first, 0 where there were fewer
    says: NDArray[np.float64]  # (capacity, 2) novelty, tail of what was shown
    taken: NDArray[np.uint64]  # (capacity, answers) the answers so far, then 0; no columns where one is all
    items: Recent
    clicks: NDArray[np.int64]  # (capacity of items,)
    since_us: NDArray[np.int64]  # (capacity of items,) first clicked
    waited: NDArray[np.int64]  # (capacity of items,) 1 + us from then until first shown, 0 if not yet
    totals: NDArray[np.int64]  # (3,)

    def packed(self) -> Shown:
        """Drop spare room."""
        return self._beside(self.sessions.keys.size, self.items.keys.size)._replace(
            sessions=self.sessions.packed(), items=self.items.packed()
        )

    def unpacked(self) -> Shown:
        """Make room again."""
        return self._replace(sessions=self.sessions.unpacked(), items=self.items.unpacked()).roomy()

    def roomy(self) -> Shown:
        """Give the arrays that stand beside slots the height of the slots."""
        return self._beside(len(self.sessions.keys.keys), len(self.items.keys.keys))

    def _beside(self, sessions: int, items: int) -> Shown:
        """Return the state with arrays of other heights beside the slots."""
        heights = {name: sessions for name in _OF_SESSION} | {name: items for name in _OF_ITEM}
        arrays: dict[str, Any] = {name: _high(getattr(self, name), height) for name, height in heights.items()}
        return self._replace(**arrays)


_OF_SESSION: Final = ("number", "asked", "place", "path", "shown", "says", "taken")
_OF_ITEM: Final = ("clicks", "since_us", "waited")


def _high(array: NDArray[Any], height: int) -> NDArray[Any]:
    return array[:height] if height <= len(array) else tall(array, height)


class _Scored(NamedTuple):
    """The columns of `Hits`, in their order."""

    number: NDArray[np.int64]
    offset: NDArray[np.int64]
    us: NDArray[np.int64]
    item: NDArray[np.uint64]
    rank: NDArray[np.int32]
    age_us: NDArray[np.int64]
    returned: NDArray[np.bool_]
    place: NDArray[np.int32]
    novelty: NDArray[np.float64]
    tail: NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """Score full rankings row by row: each list by the rows of its session that answer it.

    Next click: one answer, the next click. A session's first click is not scored; its last asks nothing, for
    nothing answers. Next basket: several answers, the different items of the rows up to the shopper's next
    question. Whoever makes the lists may have taken in all that is logged before the question.

    k           items of a list that count
    window_s    how long a session may pause before it is forgotten
    keep_s      how long an item without clicks is known
    answers     that a question has at most, items that differ; later ones are not scored
    back        how many rows back in a session an item counts as a return

    Bytes: at most 8 (`k` + `back` + `answers` + 10) a session, 100 an item, those of the windows.

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
    answers: int = 1
    back: int = 64
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(DTYPES.get(self.by) == np.uint64, "ranking.by", "a hashed column", self.by)
        require(1 <= self.k <= 1000, "ranking.k", "1 to 1000", self.k)
        require(self.window_s > 0, "ranking.window_s", "more than 0", self.window_s)
        require(self.keep_s >= self.window_s, "ranking.keep_s", f"at least {self.window_s:g}", self.keep_s)
        require(1 <= self.answers <= 1000, "ranking.answers", "1 to 1000", self.answers)
        require(1 <= self.back <= 1000, "ranking.back", "1 to 1000", self.back)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.by, "item")

    def start(self) -> Shown:
        """Return the state before the first row."""
        return Shown(
            sessions=recent(1),
            number=np.zeros(0, np.int64),
            asked=np.zeros(0, np.int64),
            place=np.zeros(0, np.int64),
            path=np.zeros((0, self.back), np.uint64),
            shown=np.zeros((0, self.k), np.uint64),
            says=np.zeros((0, 2)),
            taken=np.zeros((0, self.answers if self.answers > 1 else 0), np.uint64),
            items=recent(1),
            clicks=np.zeros(0, np.int64),
            since_us=np.zeros(0, np.int64),
            waited=np.zeros(0, np.int64),
            totals=np.zeros(3, np.int64),
        ).roomy()

    def step(self, state: Shown, batch: tuple[Events, NDArray[np.int64], NDArray[np.uint64]]) -> tuple[Shown, Hits]:
        """Return what was answered: (woven events, question of each row shown, its item; best first) -> Hits."""
        woven, question, item = batch
        clicks = (woven.kind == kind_number(self.kind)) & (woven["number"] < 0)
        clicks &= (woven[self.by] != 0) & (woven["item"] != 0)
        more = int(clicks.sum())
        asked = int((woven["number"] >= 0).sum()) if self.answers > 1 else 0
        rooms = with_room(state.sessions, more + asked), with_room(state.items, more)
        state = state._replace(sessions=rooms[0], items=rooms[1]).roomy()
        bounds = np.searchsorted(question, woven["number"], "left"), np.searchsorted(question, woven["number"], "right")
        out = Hits(*(np.empty(more, column.dtype) for column in vars(none()).values()))
        given = (woven["number"], woven.logged_us, woven[self.by], woven["item"], woven.offset)
        windows = (round(self.window_s * SECOND_US), round(self.keep_s * SECOND_US))
        columns = _Scored(*vars(out).values())
        return state, out.rows(slice(_score(state, given, clicks, bounds, item, windows, columns)))

    def coverage(self, state: Shown) -> float:
        """Return the share of the known items that was shown to anyone while known."""
        return float(state.totals[_SHOWN] / max(state.totals[_KNOWN], 1))

    def waited_h(self, state: Shown) -> NDArray[np.float64]:
        """Return the hours from each known item's first click until it was first shown; infinite where not yet."""
        alive = state.items.keys.keys[: len(state.waited)] != 0
        waited = state.waited[alive]
        return np.where(waited > 0, (waited - 1) / (HOUR_S * SECOND_US), np.inf)


@kernel
def _score(
    state: Shown,
    given: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]],
    clicks: NDArray[np.bool_],
    bounds: tuple[NDArray[np.int64], NDArray[np.int64]],
    item: NDArray[np.uint64],
    windows: tuple[int, int],
    out: _Scored,
) -> int:
    asked, logged_us, session, clicked, offset = given
    several = state.taken.shape[1] > 0
    size = 0
    for row in range(len(asked)):
        now = logged_us[row]
        _forget(state, now, windows)
        if asked[row] >= 0:
            slot = find(state.sessions.keys, session[row]) if session[row] != U64(0) else NONE
            if several and session[row] != U64(0):
                slot = _touch(state, session[row], now)  # a shopper may be asked about before the first purchase
            if slot != NONE:
                _show(state, slot, asked[row], now, item[bounds[0][row] : bounds[1][row]])
        elif clicks[row]:
            slot = find(state.sessions.keys, session[row])
            if slot != NONE and state.number[slot] >= 0 and _take(state, slot, clicked[row]):
                known = find(state.items.keys, clicked[row])
                out.number[size], out.offset[size], out.us[size] = state.number[slot], offset[row], now
                out.item[size], out.place[size] = clicked[row], state.asked[slot]
                out.rank[size] = _rank(state.shown[slot], clicked[row])
                out.age_us[size] = now - state.since_us[known] if known != NONE else -1
                out.returned[size] = _rank(state.path[slot], clicked[row]) >= 0
                out.novelty[size], out.tail[size] = state.says[slot, 0], state.says[slot, 1]
                size += 1
            _click(state, session[row], clicked[row], now)
    return size


@lean
def _rank(shown: NDArray[np.uint64], item: np.uint64) -> int:
    for at in range(len(shown)):
        if shown[at] == item:
            return at
    return -1


@lean
def _take(state: Shown, slot: int, item: np.uint64) -> bool:
    """Return whether a row answers the open question anew: an item counts once, of many the first."""
    for at in range(state.taken.shape[1]):
        if state.taken[slot, at] == item:
            return False
        if state.taken[slot, at] == U64(0):
            state.taken[slot, at] = item
            return True
    return bool(state.taken.shape[1] == 0)


@kernel
def _show(state: Shown, slot: int, number: int, now: int, items: NDArray[np.uint64]) -> None:
    """Keep the first items of a list; say how new they are to people."""
    state.number[slot] = number
    state.asked[slot] += 1
    state.taken[slot, :] = U64(0)
    bits, rare, known = 0.0, 0, 0
    for at in range(state.shown.shape[1]):
        state.shown[slot, at] = items[at] if at < len(items) else U64(0)
        place = find(state.items.keys, items[at]) if at < len(items) else NONE
        if place != NONE:
            known += 1
            bits -= np.log2(state.clicks[place] / state.totals[_CLICKS])
            rare += 1 if state.clicks[place] * state.totals[_KNOWN] < state.totals[_CLICKS] else 0
            if state.waited[place] == 0:
                state.totals[_SHOWN] += 1
                state.waited[place] = 1 + now - state.since_us[place]
    state.says[slot, 0] = bits / known if known > 0 else np.nan
    state.says[slot, 1] = rare / known if known > 0 else np.nan


@kernel
def _touch(state: Shown, session: np.uint64, now: int) -> int:
    """Return a session's slot, with nothing shown if it is new."""
    new = find(state.sessions.keys, session) == NONE
    slot = touch(state.sessions, session, now)
    if new:
        _clear(state, slot)
        state.number[slot] = -1
    return slot


@kernel
def _click(state: Shown, session: np.uint64, item: np.uint64, now: int) -> None:
    slot = _touch(state, session, now)
    if state.taken.shape[1] == 0:
        state.number[slot] = -1
    state.path[slot, state.place[slot] % state.path.shape[1]] = item
    state.place[slot] += 1
    new = find(state.items.keys, item) == NONE
    place = touch(state.items, item, now)
    if new:
        state.totals[_KNOWN] += 1
        state.since_us[place] = now
    state.clicks[place] += 1
    state.totals[_CLICKS] += 1


@kernel
def _clear(state: Shown, slot: int) -> None:
    state.number[slot] = state.asked[slot] = state.place[slot] = 0
    state.path[slot, :] = U64(0)
    state.shown[slot, :] = U64(0)
    state.says[slot, :] = 0.0
    state.taken[slot, :] = U64(0)


@kernel
def _forget(state: Shown, now: int, windows: tuple[int, int]) -> None:
    while state.sessions.ends[0] != NONE and now - state.sessions.links[state.sessions.ends[0]].last_us > windows[0]:
        slot = state.sessions.ends[0]
        _clear(state, slot)
        drop(state.sessions, slot)
    while state.items.ends[0] != NONE and now - state.items.links[state.items.ends[0]].last_us > windows[1]:
        slot = state.items.ends[0]
        state.totals[_KNOWN] -= 1
        state.totals[_CLICKS] -= state.clicks[slot]
        state.totals[_SHOWN] -= 1 if state.waited[slot] > 0 else 0
        state.clicks[slot] = state.since_us[slot] = state.waited[slot] = 0
        drop(state.items, slot)
