"""Interests: which categories, which brands each shopper is drawn to, at which prices, fading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.hashed import check_slots
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall
from evercart.units import DAY_S, SECOND_US

AXES: Final = ("category", "brand")
LIKED: Final = np.dtype([
    ("key", np.uint64),  # 0: none
    ("often", np.float64),  # log2 of the sum of weight * 2 ** (us / half-life)
    ("offset", np.int64),  # of a row of the log that names it
])  # fmt: skip
PRICES: Final = np.dtype([("count", np.float64), ("mean", np.float64)])  # of logarithms, fading
_STEADY: Final = (200.0, 20.0)  # prices that count: of a category, of a shopper


class Interest(NamedTuple):
    """One thing a shopper is drawn to.

    share     of all that is known of that axis, for this shopper
    offset    of a row of the log that names it
    """

    axis: str
    share: float
    offset: int


class InterestsState(NamedTuple):
    """What is known of items, of categories' prices, of shoppers."""

    items: Recent  # carries category, brand
    named: NDArray[np.int64]  # (capacity of items,) offset of the row that named them
    groups: Recent  # categories
    group: NDArray[np.void]  # (capacity of groups,) of PRICES
    users: Recent
    dear: NDArray[np.void]  # (capacity of users,) of PRICES, each against its category's
    liked: NDArray[np.void]  # (capacity of users, axes, most) of LIKED

    def packed(self) -> InterestsState:
        """Drop spare room."""
        items, groups, users = self.items.keys.size, self.groups.keys.size, self.users.keys.size
        parts = self.named[:items], self.group[:groups], self.dear[:users], self.liked[:users]
        named, group, dear, liked = parts
        return InterestsState(self.items.packed(), named, self.groups.packed(), group, self.users.packed(), dear, liked)

    def unpacked(self) -> InterestsState:
        """Make room again."""
        items, groups, users = self.items.unpacked(), self.groups.unpacked(), self.users.unpacked()
        return self._replace(items=items, groups=groups, users=users)._tall()

    def roomy(self, rows: int) -> InterestsState:
        """Return the memory with room for so many further rows."""
        items, groups, users = (with_room(one, rows) for one in (self.items, self.groups, self.users))
        return self._replace(items=items, groups=groups, users=users)._tall()

    def _tall(self) -> InterestsState:
        items, groups, users = (len(one.keys.keys) for one in (self.items, self.groups, self.users))
        return self._replace(
            named=tall(self.named, items),
            group=tall(self.group, groups),
            dear=tall(self.dear, users),
            liked=tall(self.liked, users),
        )


class _Rules(NamedTuple):
    item: int
    order: int
    shown: int
    looked: float
    half_us: float
    keep_us: int
    slots: int


@dataclass(frozen=True)
class Interests:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, 4).

    half_s    in which what was bought or seen loses half its weight
    looked    weight of a view against a bought line
    most      things remembered on each axis; the weakest gives way to a new one
    keep_s    an item, a category, a shopper is forgotten so long after the last row about it
    slots     of the column that holds the first category

    Category and brand of an item are those its `item` rows gave it. A line's price a piece is set against the
    fading mean of its category: what a shopper pays more or less than usual is the fourth column, in logarithms.
    A shopper costs at most 24 * 2 * `most` + 100 bytes, an item 72.
    """

    half_s: float = 60 * DAY_S
    looked: float = 0.2
    most: int = 16
    keep_s: float = 730 * DAY_S
    slots: int = 1 << 12
    name: ClassVar[str] = "interests"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.half_s > 0, "interests.half_s", "more than 0", self.half_s)
        require(0 <= self.looked < np.inf, "interests.looked", "a finite number of at least 0", self.looked)
        require(1 <= self.most <= 256, "interests.most", "1 to 256", self.most)
        require(self.keep_s > 0, "interests.keep_s", "more than 0", self.keep_s)
        check_slots("interests", self.slots)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means."""
        return (
            Column(f"{self.name}.first", slots=self.slots),
            Column(f"{self.name}.first_share"),
            Column(f"{self.name}.variety", "categories"),  # as many equal ones would be as mixed
            Column(f"{self.name}.dear", "log"),
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return ("user", "item", "category", "brand", "quantity", "amount")

    def start(self) -> InterestsState:
        """Return a memory of nothing."""
        none = np.zeros(0, np.int64)
        liked = np.zeros((0, len(AXES), self.most), LIKED)
        empty = np.zeros(0, PRICES)
        return InterestsState(recent(2), none, recent(0), empty, recent(0), empty.copy(), liked)._tall()

    def step(self, state: InterestsState, woven: Events) -> tuple[InterestsState, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, 4)."""
        rules = self._rules
        writes = np.isin(woven.kind, [rules.item, rules.order, rules.shown]) & (woven["number"] < 0)
        state = state.roomy(int(np.count_nonzero(writes)))
        x = np.zeros((int(woven.asked.sum()), 4), np.float32)
        clock = (woven["number"], woven.kind, woven.logged_us, woven.offset)
        keys = (woven["user"], woven["item"], woven["category"], woven["brand"])
        _walk(state, rules, clock, keys, (woven["quantity"], woven["amount"]), x)
        return state, x

    def peek(self, state: InterestsState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, 4), each as if it were the next row; the state stays as it is."""
        x = np.zeros((len(asked), 4), np.float32)
        _glance(state, self._rules, asked.logged_us, asked["user"], x)
        return x

    def of(self, state: InterestsState, user: int, now_us: int) -> list[Interest]:
        """Return a shopper's interests, axis by axis, the strongest first; none of one who is not known."""
        slot = int(find(state.users.keys, U64(user))) if user else NONE
        if slot == NONE or now_us - int(state.users.links[slot]["last_us"]) > self._rules.keep_us:
            return []
        found = []
        for axis, rows in zip(AXES, state.liked[slot], strict=True):
            held = rows[rows["key"] != 0]
            worth = np.exp2(held["often"] - held["often"].max(initial=-np.inf))
            order = np.argsort(-worth, kind="stable")
            found += [Interest(axis, float(worth[i] / worth.sum()), int(held["offset"][i])) for i in order]
        return found

    @cached_property
    def _rules(self) -> _Rules:
        item, order, view = (kind_number(name) for name in ("item", "order", "view"))
        return _Rules(
            item, order, view, self.looked, self.half_s * SECOND_US, round(self.keep_s * SECOND_US), self.slots
        )


@kernel
def _walk(
    state: InterestsState,
    rules: _Rules,
    clock: tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int64], NDArray[np.int64]],
    keys: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]],
    sums: tuple[NDArray[np.int64], NDArray[np.int64]],
    x: NDArray[np.float32],
) -> None:
    number, kind, logged_us, offset = clock
    user, item, category, brand = keys
    quantity, amount = sums
    questions = 0
    for row in range(len(number)):
        now = logged_us[row]
        _expire(state, now - rules.keep_us)
        if number[row] >= 0:
            slot = find(state.users.keys, user[row]) if user[row] != U64(0) else NONE
            if slot != NONE:
                _say(state, rules, slot, x[questions])
            questions += 1
        elif kind[row] == rules.item and item[row] != U64(0):
            slot = touch(state.items, item[row], now)
            state.items.carried[slot, 0], state.items.carried[slot, 1] = category[row], brand[row]
            state.named[slot] = offset[row]
        elif (kind[row] == rules.order or kind[row] == rules.shown) and item[row] != U64(0):
            slot = find(state.items.keys, item[row])
            if slot == NONE:
                continue
            touch(state.items, item[row], now)
            if user[row] == U64(0):
                continue
            owner = touch(state.users, user[row], now)
            weight = 1.0 if kind[row] == rules.order else rules.looked
            for axis in range(state.liked.shape[1]):
                if state.items.carried[slot, axis] != U64(0) and weight > 0.0:
                    often = now / rules.half_us + np.log2(weight)
                    _like(state.liked[owner, axis], state.items.carried[slot, axis], often, state.named[slot])
            if kind[row] == rules.order and amount[row] > 0 and quantity[row] > 0:
                _price(state, owner, state.items.carried[slot, 0], np.log(amount[row] * 1000.0 / quantity[row]), now)


@kernel
def _glance(
    state: InterestsState, rules: _Rules, logged_us: NDArray[np.int64], user: NDArray[np.uint64], x: NDArray[np.float32]
) -> None:
    for row in range(len(user)):
        slot = find(state.users.keys, user[row]) if user[row] != U64(0) else NONE
        if slot != NONE and logged_us[row] - state.users.links[slot].last_us <= rules.keep_us:
            _say(state, rules, slot, x[row])


@kernel
def _expire(state: InterestsState, edge: int) -> None:
    """Forget whatever was last seen before the edge."""
    while state.items.ends[0] != NONE and state.items.links[state.items.ends[0]].last_us < edge:
        state.named[state.items.ends[0]] = 0
        drop(state.items, state.items.ends[0])
    while state.groups.ends[0] != NONE and state.groups.links[state.groups.ends[0]].last_us < edge:
        group = state.group[state.groups.ends[0]]
        group.count = group.mean = 0.0
        drop(state.groups, state.groups.ends[0])
    while state.users.ends[0] != NONE and state.users.links[state.users.ends[0]].last_us < edge:
        slot = state.users.ends[0]
        dear = state.dear[slot]
        dear.count = dear.mean = 0.0
        for axis in range(state.liked.shape[1]):
            for place in range(state.liked.shape[2]):
                one = state.liked[slot, axis, place]
                one.key, one.often, one.offset = U64(0), 0.0, 0
        drop(state.users, slot)


@kernel
def _like(liked: NDArray[np.void], key: np.uint64, often: float, offset: int) -> None:
    """Add a weight to one thing; a new one takes a free place, or that of the weakest."""
    at = 0
    for place in range(len(liked)):
        if liked[place].key == key:
            one = liked[place]
            top = max(one.often, often)
            one.often = top + np.log2(np.exp2(one.often - top) + np.exp2(often - top))
            one.offset = offset
            return
        if liked[at].key != U64(0) and (liked[place].key == U64(0) or liked[place].often < liked[at].often):
            at = place
    new = liked[at]
    new.key, new.often, new.offset = key, often, offset


@kernel
def _price(state: InterestsState, owner: int, category: np.uint64, log_price: float, now: int) -> None:
    """Set a price against its category's, then count it there."""
    if category == U64(0):
        return
    group = state.group[touch(state.groups, category, now)]
    if group.count > 0.0:
        _fade(state.dear[owner], log_price - group.mean, _STEADY[1])
    _fade(group, log_price, _STEADY[0])


@lean
def _fade(seen: Any, value: float, steady: float) -> None:
    seen.count = min(seen.count + 1.0, steady)
    seen.mean += (value - seen.mean) / seen.count


@kernel
def _say(state: InterestsState, rules: _Rules, slot: int, to: NDArray[np.float32]) -> None:
    liked = state.liked[slot, 0]
    best, all_, squares = -1, 0.0, 0.0
    for place in range(len(liked)):
        if liked[place].key != U64(0) and (best < 0 or liked[place].often > liked[best].often):
            best = place
    to[3] = state.dear[slot].mean
    if best < 0:
        return
    for place in range(len(liked)):
        if liked[place].key != U64(0):
            worth = np.exp2(liked[place].often - liked[best].often)
            all_ += worth
            squares += worth * worth
    to[0] = 1 + int(liked[best].key % U64(rules.slots - 1))
    to[1] = 1.0 / all_
    to[2] = all_ * all_ / squares
