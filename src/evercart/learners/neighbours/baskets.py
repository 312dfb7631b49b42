"""Baskets: candidates for what a shopper who arrives will buy: own items, what sells in the place, what sells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64, mix
from evercart.kernel import kernel, lean
from evercart.learners.neighbours.basket_traits import (
    NEARNESS,
    SELLS,
    TRAITS,
    describe_item,
    describe_own,
    describe_user,
    item_lift,
    lateness,
    near,
)
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.habits import FADE, Habits, Rules, habits
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering
from evercart.learners.neighbours.purchases import buy, expire
from evercart.recent import NONE
from evercart.slots import find
from evercart.units import DAY_S, SECOND_US


class _Best(NamedTuple):
    """Scratch: the candidates of one question, best first."""

    item: NDArray[np.int32]  # (offered,) slots
    pair: NDArray[np.int32]  # (offered,) slots or NONE
    worth: NDArray[np.float64]  # (offered,)
    seen: NDArray[np.int32]  # (power of two,) item slot + 1, or 0: which items there are


@dataclass(frozen=True)
class Baskets:
    """A source for the next basket that says of each candidate all it knows.

    A shopper's own items come first, by their faded and decayed frequency, more so near their usual day; then what
    sells most in the place, then overall. A question needs to name only the shopper and the place; who is unknown
    is offered what sells.

    kind, by, session, gap_s, pause_s    what a purchase is, whose, which of them are one basket: as in `Arrival`
    keep_s      how long a purchase is remembered
    most        items remembered of a shopper; the one bought least lately goes
    long_s      in which a purchase's weight halves
    short_s     the same, for what a shopper bought lately
    trend_s     the same, for what sells now
    shelf_s     how long an item is remembered in a place after its last purchase there
    own         items of the shopper offered at most
    listed      items offered at most because they sell in the place; as many because they sell overall

    Source: Hu et al., "Modeling personalized item frequency information for next-basket recommendation", SIGIR
    2020 (frequency with decay is hard to beat); rhythm, rates of return are ours.
    """

    kind: str = "order"
    by: str = "user"
    session: str = "session"
    gap_s: float = 0.0
    pause_s: float = 1 * DAY_S
    keep_s: float = 365 * DAY_S
    most: int = 1024
    long_s: float = 60 * DAY_S
    short_s: float = 14 * DAY_S
    trend_s: float = 2 * DAY_S
    shelf_s: float = 60 * DAY_S
    own: int = 100
    listed: int = 25
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        for name in (self.by, self.session):
            require(DTYPES.get(name) == np.uint64, "baskets.by, session", "hashed columns", name)
        require(self.gap_s >= 0, "baskets.gap_s", "at least 0", self.gap_s)
        require(self.pause_s >= self.gap_s, "baskets.pause_s", f"at least {self.gap_s:g}", self.pause_s)
        require(self.keep_s > 0, "baskets.keep_s", "more than 0", self.keep_s)
        require(2 <= self.most <= 100_000, "baskets.most", "2 to 100000", self.most)
        for name in ("long_s", "short_s", "trend_s"):
            require(getattr(self, name) > 0, f"baskets.{name}", "more than 0", getattr(self, name))
        require(0 < self.shelf_s <= self.keep_s, "baskets.shelf_s", "more than 0, at most `keep_s`", self.shelf_s)
        require(1 <= self.own <= 1000, "baskets.own", "1 to 1000", self.own)
        require(0 <= self.listed <= 500, "baskets.listed", "0 to 500", self.listed)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.by, self.session, "item", "place")

    @property
    def offered(self) -> int:
        """Return how many candidates a question gets at most."""
        return self.own + 2 * self.listed

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Habits:
        """Return a memory of nothing."""
        return habits(self.listed)

    def step(self, state: Habits, woven: Events) -> tuple[Habits, Candidates]:
        """Return the candidates of each question, as known just before it."""
        more = of_kind(woven, self.kind)
        if more:
            state = state.roomy(more)
        most, said = (self.own, self.listed), (woven[self.session], woven["place"])
        walk = partial(_walk, state, self._rules, most, given(woven, self.by), said)
        return state, offering(woven, self.offered, len(TRAITS), walk)

    @cached_property
    def _rules(self) -> Rules:
        def us(seconds: float) -> int:
            return round(seconds * SECOND_US)

        spans = (us(self.keep_s), us(self.shelf_s), (us(self.gap_s), us(self.pause_s)))
        halves = (self.long_s * SECOND_US, self.short_s * SECOND_US, self.trend_s * SECOND_US)
        return Rules(kind_number(self.kind), *spans, *halves, self.most)


@kernel
def _walk(
    state: Habits,
    rules: Rules,
    most: tuple[int, int],
    given: Given,
    said: tuple[NDArray[np.uint64], NDArray[np.uint64]],
    columns: Columns,
) -> int:
    """Take in purchases, answer questions, row by row; return how many rows of candidates there are."""
    number, kind, logged_us, user, item = given
    session, place = said
    question, offer, score, rank, x = columns
    offered = most[0] + 2 * most[1]
    room = 1
    while room < 2 * offered:
        room *= 2
    best = _Best(np.empty(offered, np.int32), np.empty(offered, np.int32), np.empty(offered), np.zeros(room, np.int32))
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        expire(state, rules, now)
        if number[row] < 0:
            if kind[row] == rules.kind and item[row] != U64(0):
                buy(state, rules, (user[row], session[row], item[row], place[row]), now)
            continue
        found = _answer(state, rules, most, user[row], place[row], now, best, x[rows:])
        for i in range(found):
            question[rows + i], offer[rows + i] = number[row], state.items.keys.keys[best.item[i]]
            score[rows + i], rank[rows + i] = best.worth[i], i
        rows += found
    return rows


@kernel
def _answer(
    state: Habits,
    rules: Rules,
    most: tuple[int, int],
    key: np.uint64,
    place: np.uint64,
    now: int,
    best: _Best,
    x: NDArray[np.float32],
) -> int:
    """Find the candidates of one question; write their traits."""
    best.seen[:] = 0
    owner = find(state.users, key) if key != U64(0) else NONE
    at = find(state.places, place) if place != U64(0) else NONE
    found = _choose(state, rules, owner, now, most[0], best) if owner != NONE else 0
    chosen = found
    if at != NONE:
        found = _shelved(state, rules, at, now, best, found)
    found = _selling(state, rules, now, best, found)
    about = np.zeros(len(TRAITS), np.float32)
    if owner != NONE:
        describe_user(state, owner, now, about)
    for i in range(found):
        to, item, known = x[i], best.item[i], (0, 0.0)
        to[:] = about
        pair, shelf = best.pair[i], NONE
        if pair == NONE and owner != NONE:
            pair = find(state.pairs.keys, mix(key, state.items.keys.keys[item]))
        if pair != NONE:
            share = describe_own(state, rules, owner, pair, place, now, to)
            known = (state.pairs.links[pair].last_us, share)
            to[NEARNESS] = 1.0 / (1.0 + i)
        if at != NONE:
            shelf = find(state.shelves.keys, mix(place, state.items.keys.keys[item]))
        describe_item(state, rules, item, shelf, known, now, to)
        to[SELLS] = 1.0 if i >= chosen else 0.0
    return found


@lean
def _meet(best: _Best, item: int) -> bool:
    """Return whether an item was not met before; from now on it was."""
    mask = len(best.seen) - 1
    at = (item * 40_503) & mask
    while best.seen[at] != 0:
        if best.seen[at] == item + 1:
            return False
        at = (at + 1) & mask
    best.seen[at] = item + 1
    return True


@lean
def _worth(state: Habits, rules: Rules, pair: int, baskets: int, now: int) -> float:
    """Return by how much a shopper's item is put before others."""
    one = state.pair[pair]
    value = one.faded * FADE ** (baskets - one.last) + np.exp2(one.long - now / rules.long_us)
    if one.times > 1:
        us = now - state.pairs.links[pair].last_us
        value *= 1.0 + near(lateness(one.gap, one.gap2, one.times - 1.0, us)[0])
    return float(value * (0.3 + np.exp(item_lift(state, one.item))))


@kernel
def _choose(state: Habits, rules: Rules, owner: int, now: int, most: int, best: _Best) -> int:
    """Put the best of a shopper's items in order; equal ones the newest first."""
    found, pair, baskets = 0, state.user[owner].newest, state.user[owner].baskets
    while pair != NONE:
        worth = _worth(state, rules, pair, baskets, now)
        if found < most or worth > best.worth[found - 1]:
            at = found if found < most else most - 1
            found = min(found + 1, most)
            while at > 0 and best.worth[at - 1] < worth:
                best.worth[at], best.pair[at] = best.worth[at - 1], best.pair[at - 1]
                at -= 1
            best.worth[at], best.pair[at] = worth, pair
        pair = state.pair[pair].older
    for i in range(found):
        best.item[i] = state.pair[best.pair[i]].item
        _meet(best, best.item[i])
    return found


@lean
def _insert(best: _Best, first: int, found: int, item: int, worth: float) -> int:
    """Put an item among those from `first` on, in order of their worth."""
    at = found
    while at > first and best.worth[at - 1] < worth:
        best.worth[at], best.item[at] = best.worth[at - 1], best.item[at - 1]
        at -= 1
    best.worth[at], best.item[at] = worth, item
    best.pair[found] = NONE
    return found + 1


@kernel
def _shelved(state: Habits, rules: Rules, place: int, now: int, best: _Best, first: int) -> int:
    """Add what sells most in a place."""
    found = first
    for listed in state.stock[place]:
        if listed > 0 and _meet(best, state.shelf[listed - 1].item):
            worth = np.exp2(state.shelf[listed - 1].often - now / rules.long_us)
            found = _insert(best, first, found, state.shelf[listed - 1].item, worth)
    return found


@kernel
def _selling(state: Habits, rules: Rules, now: int, best: _Best, first: int) -> int:
    """Add what sells most overall."""
    found = first
    for listed in state.top:
        if listed > 0 and _meet(best, listed - 1):
            worth = np.exp2(state.item[listed - 1].trend - now / rules.trend_us)
            found = _insert(best, first, found, listed - 1, worth)
    return found
