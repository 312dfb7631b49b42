"""Purchases: how each moves what is known of its shopper, its item, its place.

A basket counts an item once. As a basket begins, each of the shopper's items has a chance to come back; how often
items of its kind did, by purchases so far, by baskets since the last, is the base rate that it is held against.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from evercart.asks.arrival import is_new
from evercart.hashing import U64, mix
from evercart.kernel import kernel, lean
from evercart.learners.neighbours.habits import FADE, Habits, Rules, cell, more, rate
from evercart.recent import NONE, drop, touch
from evercart.slots import add, find, release
from evercart.units import DAY_US

_EASE: Final = 0.2  # weight of the newest basket in what is usual for a shopper
_DAY_PART: Final = 0.25  # days that are added before a logarithm


@lean
def log_days(us: int) -> float:
    """Return a time between purchases as its logarithm, in days."""
    return float(np.log(us / DAY_US + _DAY_PART))


@kernel
def expire(state: Habits, rules: Rules, now: int) -> None:
    """Forget what was not bought for as long as it is kept."""
    while state.pairs.ends[0] != NONE and now - state.pairs.links[state.pairs.ends[0]].last_us > rules.keep_us:
        _forget(state, state.pairs.ends[0])
    while state.shelves.ends[0] != NONE and now - state.shelves.links[state.shelves.ends[0]].last_us > rules.shelf_us:
        _clear(state, state.shelves.ends[0])
    while state.items.ends[0] != NONE and now - state.items.links[state.items.ends[0]].last_us > rules.keep_us:
        _retire(state, state.items.ends[0])


@kernel
def buy(state: Habits, rules: Rules, keys: tuple[np.uint64, np.uint64, np.uint64, np.uint64], now: int) -> None:
    """Take in a purchase by its (shopper, session, item, place); one without a shopper counts for item, for place."""
    user, session, item, place = keys
    known = find(state.items.keys, item)
    if user != U64(0):
        owner = _arrive(state, rules, user, session, now)
        pair = find(state.pairs.keys, mix(user, item))
        if pair != NONE and state.pair[pair].last == state.user[owner].baskets:
            return
        thing = _meet(state, item, now)
        _own(state, rules, owner, pair, thing, mix(user, item), place, now)
    else:
        thing = _meet(state, item, now)
    _count(state, rules, thing, known == NONE, now)
    if place != U64(0):
        _stock(state, rules, thing, item, place, now)


@lean
def _meet(state: Habits, item: np.uint64, now: int) -> int:
    """Return an item's slot."""
    known = find(state.items.keys, item)
    slot = touch(state.items, item, now)
    if known == NONE:
        state.item[slot].since_us = now
    return slot


@kernel
def _arrive(state: Habits, rules: Rules, key: np.uint64, session: np.uint64, now: int) -> int:
    """Return the shopper's slot; begin a basket if this row does."""
    slot = find(state.users, key)
    if slot == NONE:
        slot = add(state.users, key)
        user = state.user[slot]
        user.newest = user.oldest = NONE
        user.long, user.short = now / rules.long_us, now / rules.short_us
        user.baskets, user.now, user.now_again = 1, 0, 0
        state.all[0] = more(state.all[0], now / rules.long_us)
    else:
        user = state.user[slot]
        if is_new(session, user.session, now - user.last_us, rules.windows_us):
            _usual(state, slot, now)
            _chance(state, slot)
            user.long, user.short = more(user.long, now / rules.long_us), more(user.short, now / rules.short_us)
            user.baskets += 1
            state.all[0] = more(state.all[0], now / rules.long_us)
            user.now = user.now_again = 0
    user.session, user.last_us = session, now
    return int(slot)


@lean
def _usual(state: Habits, owner: int, now: int) -> None:
    """Move what is usual for a shopper towards the basket that has ended."""
    user = state.user[owner]
    ease = max(_EASE, 1.0 / user.baskets)
    days = np.log1p((now - user.last_us) / DAY_US)
    user.gap += np.float32(ease * (days - user.gap))
    user.lines += np.float32(ease * (user.now - user.lines))
    user.again += np.float32(ease * (user.now_again / max(user.now, 1) - user.again))


@kernel
def _chance(state: Habits, owner: int) -> None:
    """Count the basket that begins as a chance for all that the shopper bought before."""
    user = state.user[owner]
    slot, total = user.newest, 0.0
    while slot != NONE:
        one = state.pair[slot]
        at = cell(user.baskets - one.last, one.times)
        chance = rate(state, at)
        state.base[at, 0] += 1.0
        one.expected += np.float32(chance)
        state.item[one.item].expected += chance
        total += chance
        slot = one.older
    user.expected += np.float32(total)


@kernel
def _own(
    state: Habits, rules: Rules, owner: int, pair: int, item: int, key: np.uint64, place: np.uint64, now: int
) -> None:
    """Count a purchase for the shopper; whose chain is full forgets the item bought least lately."""
    user, thing = state.user[owner], state.item[item]
    user.now += 1
    if pair == NONE:
        if user.size >= rules.most:
            _forget(state, user.oldest)
        pair = touch(state.pairs, key, now)
        one = state.pair[pair]
        one.times, one.first, one.user, one.item = 1, user.baskets, owner, item
        one.long, one.short, one.faded = now / rules.long_us, now / rules.short_us, 1.0
        user.size += 1
        thing.buyers += 1
    else:
        one = state.pair[pair]
        days = log_days(now - state.pairs.links[pair].last_us)
        touch(state.pairs, key, now)
        one.long, one.short = more(one.long, now / rules.long_us), more(one.short, now / rules.short_us)
        one.faded = np.float32(1.0 + one.faded * FADE ** (user.baskets - one.last))
        one.gap += np.float32(days)
        one.gap2 += np.float32(days * days)
        one.times += 1
        user.now_again += 1
        thing.gap += days
        thing.gap2 += days * days
        thing.gaps += 1
        thing.returned += 1 if one.times == 2 else 0
        thing.taken += 1
        user.taken += np.float32(1.0)
        state.base[cell(user.baskets - 1 - one.last, one.times - 1), 1] += 1.0
        _unchain(state, pair)
    one.place, one.last = place, user.baskets
    _chain(state, owner, pair)


@lean
def _chain(state: Habits, owner: int, pair: int) -> None:
    user, one = state.user[owner], state.pair[pair]
    one.older, one.newer = user.newest, NONE
    if user.newest == NONE:
        user.oldest = pair
    else:
        state.pair[user.newest].newer = pair
    user.newest = pair


@lean
def _unchain(state: Habits, pair: int) -> None:
    one = state.pair[pair]
    if one.newer == NONE:
        state.user[one.user].newest = one.older
    else:
        state.pair[one.newer].older = one.older
    if one.older == NONE:
        state.user[one.user].oldest = one.newer
    else:
        state.pair[one.older].newer = one.newer


@kernel
def _forget(state: Habits, pair: int) -> None:
    """Forget an item of a shopper; release the shopper with the last one."""
    one = state.pair[pair]
    owner, thing = one.user, state.item[one.item]
    _unchain(state, pair)
    thing.buyers -= 1
    thing.returned -= 1 if one.times > 1 else 0
    user = state.user[owner]
    user.size -= 1
    if user.size == 0:
        user.last_us = user.baskets = user.now = user.now_again = user.newest = user.oldest = 0
        user.session = U64(0)
        user.long = user.short = 0.0
        user.gap = user.lines = user.again = user.expected = user.taken = np.float32(0.0)
        release(state.users, owner)
    one.times = one.first = one.last = one.user = one.item = one.older = one.newer = 0
    one.long = one.short = 0.0
    one.gap = one.gap2 = one.faded = one.expected = np.float32(0.0)
    one.place = U64(0)
    drop(state.pairs, pair)


@kernel
def _count(state: Habits, rules: Rules, item: int, is_first: bool, now: int) -> None:
    """Count a purchase for the item."""
    thing = state.item[item]
    if is_first:
        thing.long, thing.short, thing.trend = now / rules.long_us, now / rules.short_us, now / rules.trend_us
    else:
        thing.long, thing.short = more(thing.long, now / rules.long_us), more(thing.short, now / rules.short_us)
        thing.trend = more(thing.trend, now / rules.trend_us)
    thing.bought += 1
    least, place = np.inf, -1
    for i in range(len(state.top)):
        other = state.top[i] - 1
        if other == item:
            return
        value = state.item[other].trend if other >= 0 else -np.inf
        if value < least:
            least, place = value, i
    if place >= 0 and thing.trend > least:
        state.top[place] = item + 1


@kernel
def _retire(state: Habits, item: int) -> None:
    """Forget an item that nobody holds any more."""
    for i in range(len(state.top)):
        if state.top[i] == item + 1:
            state.top[i] = 0
    thing = state.item[item]
    thing.since_us = thing.gaps = thing.taken = thing.bought = 0
    thing.buyers = thing.returned = 0
    thing.long = thing.short = thing.trend = thing.gap = thing.gap2 = thing.expected = 0.0
    drop(state.items, item)


@kernel
def _stock(state: Habits, rules: Rules, item: int, named: np.uint64, at: np.uint64, now: int) -> None:
    """Count a purchase for the item on the place's shelf."""
    key, halves = mix(at, named), now / rules.long_us
    known = find(state.shelves.keys, key)
    slot = touch(state.shelves, key, now)
    shelf = state.shelf[slot]
    if known == NONE:
        shelf.often, shelf.item = halves, item
        shelf.place = add(state.places, at)
        state.size[shelf.place] += 1
    else:
        shelf.often = more(shelf.often, halves)
    listed = state.stock[shelf.place]
    least, place = np.inf, -1
    for i in range(len(listed)):
        other = listed[i] - 1
        if other == slot:
            return
        value = state.shelf[other].often if other >= 0 else -np.inf
        if value < least:
            least, place = value, i
    if place >= 0 and shelf.often > least:
        listed[place] = slot + 1


@kernel
def _clear(state: Habits, slot: int) -> None:
    """Forget an item on a shelf; release the place with the last one."""
    shelf = state.shelf[slot]
    listed = state.stock[shelf.place]
    for i in range(len(listed)):
        if listed[i] == slot + 1:
            listed[i] = 0
    state.size[shelf.place] -= 1
    if state.size[shelf.place] == 0:
        release(state.places, shelf.place)
    shelf.often = 0.0
    shelf.place = shelf.item = 0
    drop(state.shelves, slot)
