"""Popular: what is clicked most by now, of everything, of the category at hand, in the store at hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64, mix
from evercart.kernel import kernel, lean
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, peeked
from evercart.learners.neighbours.popular_tops import Tops, count, forget_counts, tops
from evercart.recent import NONE, Recent, drop, is_silent, recent, touch, with_room
from evercart.slots import find, held
from evercart.units import DAY_S, SECOND_US

SCOPES: Final = ("overall", "category", "place")
TRAITS: Final = tuple(f"{scope}_{what}" for scope in SCOPES for what in ("share", "log", "nearness"))
_ITEM: Final = kind_number("item")


class Favourites(NamedTuple):
    """Counts by scope, with the category of each item: about 100 bytes a count, 60 an item."""

    tops: Tops
    items: Recent  # carries the category


class Rules(NamedTuple):
    """The settings as kernels take them."""

    kind: int
    half_us: float
    keep_us: int
    most: int


@dataclass(frozen=True)
class Popular:
    """A source of what is popular: overall, in the category of the item that is asked about, in the place.

    A scope's list holds exactly the items with the highest decayed counts, but that an item which leaves it because
    it was not clicked for `keep_s` leaves a gap until the next click on another.

    kind     what a click is
    half_s   in which a click's weight halves
    keep_s   how long a count, or an item's category, is known after its last click
    most     counts kept at most, items known at most; those without a click for longest go first
    listed   items a scope lists
    """

    kind: str = "view"
    half_s: float = 3 * DAY_S
    keep_s: float = 60 * DAY_S
    most: int = 1 << 20
    listed: int = 20
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(self.half_s > 0, "popular.half_s", "more than 0", self.half_s)
        require(self.keep_s > 0, "popular.keep_s", "more than 0", self.keep_s)
        require(self.most >= 1, "popular.most", "at least 1", self.most)
        require(1 <= self.listed <= 300, "popular.listed", "1 to 300", self.listed)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return ("item", "place", "category")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds it reads."""
        return (self.kind, "item")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    @property
    def offered(self) -> int:
        """Return how many candidates a question gets at most."""
        return len(SCOPES) * self.listed

    def start(self) -> Favourites:
        """Return no counts."""
        return Favourites(tops(self.listed), recent(1))

    def step(self, state: Favourites, woven: Events) -> tuple[Favourites, Candidates]:
        """Return the candidates of each question, as known just before it."""
        more = of_kind(woven, self.kind, "item")
        if more:
            state = Favourites(state.tops.roomy(len(SCOPES) * more), with_room(state.items, more))
        walk = partial(_walk, state, self._rules, given(woven, "place"), woven["category"])
        return state, offering(woven, self.offered, len(TRAITS), walk)

    def peek(self, state: Favourites, questions: Events) -> Candidates:
        """Return what `step` would say of questions alone: see `peeked`."""
        return peeked("popular", self, state, questions, self._is_due(state, questions))

    def _is_due(self, state: Favourites, questions: Events) -> bool:
        """Return whether something is to be forgotten by the time of the questions."""
        now_us = int(questions.logged_us.max(initial=0))
        kept = (state.tops.counts, self._rules.keep_us), (state.items, self._rules.keep_us)
        full = any(keys.keys.live > self.most for keys, _ in kept)
        return full or any(is_silent(keys, now_us - keep_us) for keys, keep_us in kept)

    @cached_property
    def _rules(self) -> Rules:
        return Rules(kind_number(self.kind), self.half_s * SECOND_US, round(self.keep_s * SECOND_US), self.most)


@kernel
def _walk(
    state: Favourites,
    rules: Rules,
    given: Given,
    category: NDArray[np.uint64],
    columns: Columns,
) -> int:
    number, kind, logged_us, place, item = given
    question, offer, score, rank, x = columns
    listed = state.tops.top.shape[1]
    best = np.empty(listed, np.int32)
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        _forget(state, now - rules.keep_us, rules.most)
        if number[row] < 0:
            if item[row] != U64(0) and kind[row] == _ITEM:
                if category[row] != U64(0):
                    state.items.carried[touch(state.items, item[row], now), 0] = category[row]
            elif item[row] != U64(0) and kind[row] == rules.kind:
                _click(state, rules, item[row], place[row], now)
            continue
        first = rows
        for scope in range(3):
            key = scope_key(scope, _category(state, item[row]), place[row])
            found = _best(state.tops, key, best)
            for i in range(found):
                count_at = best[i]
                at = _row_of(offer, first, rows, state.tops.counts.carried[count_at, 0])
                if at == rows:
                    question[at], offer[at], score[at] = number[row], state.tops.counts.carried[count_at, 0], 0.0
                    x[at, :] = np.float32(0.0)
                    rows += 1
                halves = now / rules.half_us
                most, here = state.tops.counted[best[0]].popular, state.tops.counted[count_at].popular
                x[at, 3 * scope] = np.exp2(here - most)
                x[at, 3 * scope + 1] = 0.3 * np.log1p(np.exp2(here - halves))
                x[at, 3 * scope + 2] = 1.0 / (1.0 + i)
                score[at] += np.float32((2.0 if scope == 1 else 1.0) * np.exp2(here - most))
        _sort(offer, score, x, first, rows)
        for at in range(first, rows):
            rank[at] = at - first
    return rows


@lean
def scope_key(scope: int, category: np.uint64, place: np.uint64) -> np.uint64:
    """Return the key of a scope's list, 0 where a question has no such scope."""
    if scope == 0:
        return mix(U64(1), U64(1))
    if scope == 1:
        return mix(U64(2), category) if category != U64(0) else U64(0)
    return mix(U64(3), place) if place != U64(0) else U64(0)


@lean
def _category(state: Favourites, item: np.uint64) -> np.uint64:
    slot = find(state.items.keys, item) if item != U64(0) else NONE
    return state.items.carried[slot, 0] if slot != NONE else U64(0)


@kernel
def _click(state: Favourites, rules: Rules, item: np.uint64, place: np.uint64, now: int) -> None:
    category = _category(state, item)
    if category != U64(0):
        touch(state.items, item, now)
    for scope in range(3):
        key = scope_key(scope, category, place)
        if key != U64(0):
            count(state.tops, key, item, now, now / rules.half_us)


@kernel
def _forget(state: Favourites, until_us: int, most: int) -> None:
    forget_counts(state.tops, until_us, most)
    while state.items.ends[0] != NONE and (
        state.items.links[state.items.ends[0]].last_us < until_us or held(state.items.keys) > most
    ):
        drop(state.items, state.items.ends[0])


@kernel
def _best(state: Tops, key: np.uint64, best: NDArray[np.int32]) -> int:
    """Put a list's counts in order, highest first; equal ones by the hashes of their items."""
    pool = find(state.lists, key) if key != U64(0) else NONE
    if pool == NONE:
        return 0
    found = 0
    for listed in state.top[pool]:
        if listed == 0:
            continue
        slot, at = listed - 1, found
        while at > 0 and _is_before(state, slot, best[at - 1]):
            best[at] = best[at - 1]
            at -= 1
        best[at] = slot
        found += 1
    return found


@lean
def _is_before(state: Tops, one: int, other: int) -> bool:
    here, there = state.counted[one].popular, state.counted[other].popular
    return bool(here > there or (here == there and state.counts.carried[one, 0] < state.counts.carried[other, 0]))


@lean
def _row_of(offer: NDArray[np.uint64], first: int, rows: int, item: np.uint64) -> int:
    for at in range(first, rows):
        if offer[at] == item:
            return at
    return rows


@kernel
def _sort(offer: NDArray[np.uint64], score: NDArray[np.float32], x: NDArray[np.float32], first: int, rows: int) -> None:
    """Put a question's rows in order, best first; equal ones as they came."""
    order = np.argsort(-score[first:rows], kind="mergesort")
    offer[first:rows] = offer[first:rows][order]
    score[first:rows] = score[first:rows][order]
    x[first:rows] = x[first:rows][order]
