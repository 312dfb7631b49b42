"""Repeats: what a shopper bought before, by how often, by whether its time has come again."""

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
from evercart.learners.neighbours.offering import Columns, Given, given, of_kind, offering, peeked, require_source
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import Slots, add, find, release, reserve, slots, tall
from evercart.units import DAY_S, DAY_US, SECOND_US

TRAITS: Final = ("log_times", "log_days_since", "log_days_apart", "overdue", "in_time", "share", "once")
_NEAR: Final = 0.7  # how far, in log time, from its usual day a purchase still counts as in time
PAIR = np.dtype([
    ("since_us", np.int64),  # of the first purchase
    ("often", np.float64),  # log2 of the sum of 2 ** (us / half-life) over the purchases
    ("times", np.int32),
    ("user", np.int32),  # slot
    ("place", np.int32),  # in the shopper's list
])  # fmt: skip


class Bought(NamedTuple):
    """What is known of each (shopper, item); of each shopper, which of these there are."""

    pairs: Recent  # carries shopper, item
    pair: NDArray[np.void]  # (capacity of pairs,) of PAIR
    users: Slots
    size: NDArray[np.int32]  # (capacity of users,)
    lists: NDArray[np.int32]  # (capacity of users, most) slots of pairs

    def packed(self) -> Bought:
        """Drop spare room."""
        pairs, users = self.pairs.keys.size, self.users.size
        return Bought(
            self.pairs.packed(), self.pair[:pairs], self.users.packed(), self.size[:users], self.lists[:users]
        )

    def unpacked(self) -> Bought:
        """Make room again."""
        return self._replace(pairs=self.pairs.unpacked(), users=self.users.unpacked())._tall()

    def roomy(self, rows: int) -> Bought:
        """Return the memory with room for so many further purchases."""
        return self._replace(pairs=with_room(self.pairs, rows), users=reserve(self.users, rows))._tall()

    def _tall(self) -> Bought:
        pairs, users = len(self.pairs.keys.keys), len(self.users.keys)
        return self._replace(pair=tall(self.pair, pairs), size=tall(self.size, users), lists=tall(self.lists, users))


class _Rules(NamedTuple):
    kind: int
    keep_us: int
    half_us: float
    apart_us: int


@dataclass(frozen=True)
class Repeats:
    """A source of a shopper's own items: often and lately bought ones first, those whose time has come before others.

    An item's score is the sum of 2 ** (-age / half-life) over its purchases, times 1 plus how near the time since
    the last one is to the mean time between them. Purchases of an item less than `apart_s` apart are one.

    kind       what a purchase is
    by         whose it is
    keep_s     how long an item is remembered after its last purchase
    half_s     in which a purchase's weight halves
    apart_s    time between purchases that count apart
    most       items remembered of a shopper; the one bought least lately goes
    offered    candidates a question gets at most

    Source: Hu et al., "Modeling personalized item frequency information for next-basket recommendation", SIGIR
    2020 (frequency with decay is hard to beat); the rhythm is ours.
    """

    kind: str = "order"
    by: str = "user"
    keep_s: float = 365 * DAY_S
    half_s: float = 60 * DAY_S
    apart_s: float = 0.5 * DAY_S
    most: int = 256
    offered: int = 64
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require_source("repeats", self.kind, self.by, self.offered)
        require(self.keep_s > 0, "repeats.keep_s", "more than 0", self.keep_s)
        require(self.half_s > 0, "repeats.half_s", "more than 0", self.half_s)
        require(self.apart_s >= 0, "repeats.apart_s", "at least 0", self.apart_s)
        require(1 <= self.most <= 10_000, "repeats.most", "1 to 10000", self.most)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.by, "item")

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of x."""
        return TRAITS

    def start(self) -> Bought:
        """Return a memory of nothing."""
        empty = Bought(recent(2), np.zeros(0, PAIR), slots(), np.zeros(0, np.int32), np.zeros((0, self.most), np.int32))
        return empty._tall()

    def step(self, state: Bought, woven: Events) -> tuple[Bought, Candidates]:
        """Return the candidates of each question, as known just before it."""
        more = of_kind(woven, self.kind)
        if more:
            state = state.roomy(more)
        walk = partial(_walk, state, self._rules, self.offered, given(woven, self.by))
        return state, offering(woven, self.offered, len(TRAITS), walk)

    def aside(self, state: Bought, woven: Events) -> tuple[Bought, Candidates]:
        """Return what `step` does: all it knows of a shopper is the shopper's own, which a question may know whole."""
        return self.step(state, woven)

    def peek(self, state: Bought, questions: Events) -> Candidates:
        """Return what `step` would say of questions, were they the next rows; the state stays as it is."""
        first, now_us = int(state.pairs.ends[0]), int(questions.logged_us.max(initial=0))
        old = first != NONE and now_us - int(state.pairs.links["last_us"][first]) > self._rules.keep_us
        return peeked("repeats", self, state, questions, old)

    @cached_property
    def _rules(self) -> _Rules:
        keep_us, apart_us = round(self.keep_s * SECOND_US), round(self.apart_s * SECOND_US)
        return _Rules(kind_number(self.kind), keep_us, self.half_s * SECOND_US, apart_us)


@kernel
def _walk(
    state: Bought,
    rules: _Rules,
    offered: int,
    given: Given,
    columns: Columns,
) -> int:
    number, kind, logged_us, user, item = given
    question, offer, score, rank, x = columns
    best, worth = np.empty(offered, np.int32), np.empty(offered)
    rows = 0
    for row in range(len(number)):
        now = logged_us[row]
        while state.pairs.ends[0] != NONE and now - state.pairs.links[state.pairs.ends[0]].last_us > rules.keep_us:
            _forget(state, state.pairs.ends[0])
        if number[row] < 0:
            if kind[row] == rules.kind and user[row] != U64(0) and item[row] != U64(0):
                _buy(state, rules, user[row], item[row], now)
            continue
        slot = find(state.users, user[row]) if user[row] != U64(0) else NONE
        found = _choose(state, rules, slot, now, best, worth) if slot != NONE else 0
        for i in range(found):
            question[rows], offer[rows] = number[row], state.pairs.carried[best[i], 1]
            score[rows], rank[rows] = worth[i], i
            _describe(state, rules, best[i], now, worth[0], worth[i], x[rows])
            rows += 1
    return rows


@kernel
def _buy(state: Bought, rules: _Rules, user: np.uint64, item: np.uint64, now: int) -> None:
    """Count a purchase; a shopper whose list is full forgets the item bought least lately."""
    key = mix(user, item)
    halves = now / rules.half_us
    known = find(state.pairs.keys, key)
    if known != NONE:
        last = state.pairs.links[known].last_us
        touch(state.pairs, key, now)
        if now - last >= rules.apart_us:
            state.pair[known].often = halves + np.log2(1.0 + np.exp2(state.pair[known].often - halves))
            state.pair[known].times += 1
        return
    owner = find(state.users, user)
    if owner != NONE and state.size[owner] == state.lists.shape[1]:
        oldest = state.lists[owner, 0]
        for at in range(1, state.size[owner]):
            one = state.lists[owner, at]
            if state.pairs.links[one].last_us < state.pairs.links[oldest].last_us:
                oldest = one
        _forget(state, oldest)
    slot, owner = touch(state.pairs, key, now), add(state.users, user)
    state.pairs.carried[slot, 0], state.pairs.carried[slot, 1] = user, item
    pair = state.pair[slot]
    pair.since_us, pair.often, pair.times = now, halves, 1
    pair.user, pair.place = owner, state.size[owner]
    state.lists[owner, state.size[owner]] = slot
    state.size[owner] += 1


@kernel
def _forget(state: Bought, slot: int) -> None:
    """Forget an item of a shopper; release the shopper with the last one."""
    pair = state.pair[slot]
    owner = pair.user
    state.size[owner] -= 1
    moved = state.lists[owner, state.size[owner]]
    state.lists[owner, pair.place] = moved
    state.pair[moved].place = pair.place
    state.lists[owner, state.size[owner]] = 0
    if state.size[owner] == 0:
        release(state.users, owner)
    pair.since_us = pair.times = pair.user = pair.place = 0
    pair.often = 0.0
    drop(state.pairs, slot)


@lean
def _in_time(state: Bought, slot: int, now: int) -> float:
    """Return how near an item is to the usual time between its purchases: 1 on the day, 0 far off."""
    pair, last = state.pair[slot], state.pairs.links[slot].last_us
    if pair.times < 2 or last == pair.since_us:
        return 0.0
    late = np.log((now - last + DAY_US) * (pair.times - 1.0) / (last - pair.since_us + DAY_US))
    return float(np.exp(-0.5 * (late / _NEAR) ** 2))


@kernel
def _choose(
    state: Bought, rules: _Rules, owner: int, now: int, best: NDArray[np.int32], worth: NDArray[np.float64]
) -> int:
    """Put the best of a shopper's items in order; equal ones by their keys."""
    found = 0
    for at in range(state.size[owner]):
        slot = state.lists[owner, at]
        value = np.exp2(state.pair[slot].often - now / rules.half_us) * (1.0 + _in_time(state, slot, now))
        place = found
        while place > 0 and (
            worth[place - 1] < value
            or (worth[place - 1] == value and state.pairs.carried[best[place - 1], 1] > state.pairs.carried[slot, 1])
        ):
            place -= 1
        if place == len(best):
            continue
        found = min(found + 1, len(best))
        for after in range(found - 1, place, -1):
            best[after], worth[after] = best[after - 1], worth[after - 1]
        best[place], worth[place] = slot, value
    return found


@lean
def _describe(
    state: Bought, rules: _Rules, slot: int, now: int, most: float, value: float, to: NDArray[np.float32]
) -> None:
    pair, last = state.pair[slot], state.pairs.links[slot].last_us
    days = (now - last) / DAY_US
    apart = (last - pair.since_us) / DAY_US / max(pair.times - 1, 1)
    to[0] = np.log(float(pair.times))
    to[1] = 0.3 * np.log1p(days)
    to[2] = 0.3 * np.log1p(apart)
    to[3] = min(days / (apart + 1.0), 5.0) if pair.times > 1 else 0.0
    to[4] = _in_time(state, slot, now)
    to[5] = value / most
    to[6] = 1.0 if pair.times == 1 else 0.0
