"""Pools: items that have something in common, the newest of each beside the most popular.

A pool is a category, a brand, or a stretch of signs that the sketches of two texts share. Items are known from the
row that declares them, clicked or not; so one that nobody has seen yet stands in its pools at once.

Source of the stretches: Indyk and Motwani, "Approximate nearest neighbors", STOC 1998, section 4.2 (bit sampling);
which items collide is decided by their texts alone.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.encoders.sketch import WORDS, is_sketch
from evercart.hashing import U64, mix
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import Slots, add, find, release, reserve, slots, tall
from evercart.units import MISSING

CATEGORY, BRAND, FIRST_BAND = 0, 1, 2
BANDS: Final = 16  # stretches of a sketch
_STRETCH: Final = U64(0xFF)  # 8 signs: two texts at a cosine of 0.8 share one of sixteen nine times in ten
PLACES: Final = FIRST_BAND + BANDS  # pools that an item stands in at most

ITEM = np.dtype([
    ("since_us", np.int64),  # of the first row about it
    ("first_us", np.int64),  # of the first click on it; 0 before
    ("price", np.int64),  # minor units, or `MISSING`
    ("popular", np.float64),  # log2 of the sum of 2 ** (us / half-life) over its clicks: compares without decay
    ("clicks", np.int64),
])  # fmt: skip
POOL = np.dtype([
    ("popular", np.float64),  # likewise, over the clicks on its items
    ("clicks", np.int64),
    ("items", np.int64),
    ("newest", np.int32),  # how many are listed
])  # fmt: skip


class Pools(NamedTuple):
    """Items with their pools; rows of zeros where a slot is free.

    Bytes: about 190 an item, 64 + 4 * (newest + most popular) a pool; titles make 4,096 pools at most.
    """

    items: Recent
    item: NDArray[np.void]  # (capacity of items,) of ITEM
    sketch: NDArray[np.uint64]  # (capacity of items, WORDS)
    stands: NDArray[np.int32]  # (capacity of items, PLACES) slot of a pool + 1, or 0
    pools: Slots
    pool: NDArray[np.void]  # (capacity of pools,) of POOL
    newest: NDArray[np.int32]  # (capacity of pools, newest) slots of items, newest first
    top: NDArray[np.int32]  # (capacity of pools, popular) slot of an item + 1, or 0; in no order

    def packed(self) -> Pools:
        """Drop spare room."""
        items, pools = self.items.keys.size, self.pools.size
        return Pools(
            self.items.packed(),
            self.item[:items],
            self.sketch[:items],
            self.stands[:items],
            self.pools.packed(),
            self.pool[:pools],
            self.newest[:pools],
            self.top[:pools],
        )

    def unpacked(self) -> Pools:
        """Make room again."""
        return self._replace(items=self.items.unpacked(), pools=self.pools.unpacked())._tall()

    def roomy(self, rows: int, declared: int) -> Pools:
        """Return the pools with room for so many rows about items, of which so many declare one."""
        pools = reserve(self.pools, PLACES * declared)
        return self._replace(items=with_room(self.items, rows), pools=pools)._tall()

    def _tall(self) -> Pools:
        items, pools = len(self.items.keys.keys), len(self.pools.keys)
        return self._replace(
            item=tall(self.item, items),
            sketch=tall(self.sketch, items),
            stands=tall(self.stands, items),
            pool=tall(self.pool, pools),
            newest=tall(self.newest, pools),
            top=tall(self.top, pools),
        )


def pools(newest: int, popular: int) -> Pools:
    """Return no items in no pools."""
    empty = Pools(
        recent(1),
        np.zeros(0, ITEM),
        np.zeros((0, WORDS), np.uint64),
        np.zeros((0, PLACES), np.int32),
        slots(),
        np.zeros(0, POOL),
        np.zeros((0, newest), np.int32),
        np.zeros((0, popular), np.int32),
    )
    return empty._tall()


@kernel
def known(state: Pools, key: np.uint64, us: int) -> int:
    """Return the slot of an item about which there is a row; the caller has made room."""
    is_new = find(state.items.keys, key) == NONE
    slot = touch(state.items, key, us)
    if is_new:
        state.item[slot].since_us = us
        state.item[slot].price = MISSING
    return slot


@kernel
def declare(
    state: Pools, slot: int, category: np.uint64, brand: np.uint64, price: int, sketch: NDArray[np.uint64]
) -> None:
    """Take in what is said of an item; what is not said stays as it was."""
    if price != MISSING:
        state.item[slot].price = price
    if category != U64(0):
        _move(state, slot, CATEGORY, mix(U64(1), category))
    if brand != U64(0):
        _move(state, slot, BRAND, mix(U64(2), brand))
    if is_sketch(sketch):
        state.sketch[slot, :] = sketch
        for band in range(BANDS):
            stretch = (sketch[band // 4] >> U64(16 * (band % 4))) & _STRETCH
            _move(state, slot, FIRST_BAND + band, mix(U64(3 + band), stretch))


@kernel
def _move(state: Pools, slot: int, place: int, key: np.uint64) -> None:
    """Put an item into a pool, out of the one it stood in."""
    pool = find(state.pools, key)
    if pool != NONE and state.stands[slot, place] == pool + 1:
        return
    _leave(state, slot, place)
    pool = add(state.pools, key)
    state.stands[slot, place] = pool + 1
    here, newest = state.pool[pool], state.newest[pool]
    here.items += 1
    here.newest = _lead(newest, here.newest, slot)
    if state.item[slot].clicks > 0:
        _list(state, pool, slot)


@lean
def _lead(newest: NDArray[np.int32], size: int, slot: int) -> int:
    """Put an item at the front of a list of new ones; return the length of the list."""
    last = 0
    while last < size and newest[last] != slot:
        last += 1
    for at in range(min(last, len(newest) - 1), 0, -1):
        newest[at] = newest[at - 1]
    newest[0] = slot
    return max(size, min(last + 1, len(newest)))


@kernel
def _leave(state: Pools, slot: int, place: int) -> None:
    """Take an item out of a pool; the last one to leave releases it."""
    pool = state.stands[slot, place] - 1
    if pool < 0:
        return
    state.stands[slot, place] = 0
    here, newest, top = state.pool[pool], state.newest[pool], state.top[pool]
    kept = 0
    for at in range(here.newest):
        if newest[at] != slot:
            newest[kept] = newest[at]
            kept += 1
    newest[kept : here.newest] = 0
    here.newest = kept
    for at in range(len(top)):
        if top[at] == slot + 1:
            top[at] = 0
    here.items -= 1
    if here.items == 0:
        here.popular = 0.0
        here.clicks = here.newest = 0
        release(state.pools, pool)


@lean
def later(popular: float, clicks: int, halves: float) -> float:
    """Return log2 of a decayed sum after one more click, `halves` half-lives from the start of time."""
    return float(halves + np.log2(1.0 + np.exp2(popular - halves))) if clicks > 0 else halves


@kernel
def click(state: Pools, slot: int, us: int, half_us: float) -> None:
    """Count a click on an item, for it, for its pools; with the first one it is news again."""
    thing, halves = state.item[slot], us / half_us
    is_first = thing.clicks == 0
    if is_first:
        thing.first_us = us
    thing.popular = later(thing.popular, thing.clicks, halves)
    thing.clicks += 1
    for place in range(PLACES):
        pool = state.stands[slot, place] - 1
        if pool >= 0:
            here = state.pool[pool]
            here.popular = later(here.popular, here.clicks, halves)
            here.clicks += 1
            if is_first:
                here.newest = _lead(state.newest[pool], here.newest, slot)
            _list(state, pool, slot)


@lean
def _list(state: Pools, pool: int, slot: int) -> None:
    """Put an item on a pool's list of popular ones in place of the least popular, if it is more so."""
    top = state.top[pool]
    least, place = np.inf, -1
    for at in range(len(top)):
        listed = top[at] - 1
        if listed == slot:
            return
        value = state.item[listed].popular if listed >= 0 else -np.inf
        if value < least:
            least, place = value, at
    if place >= 0 and state.item[slot].popular > least:
        top[place] = slot + 1


@kernel
def forget(state: Pools, slot: int) -> None:
    """Forget an item."""
    for place in range(PLACES):
        _leave(state, slot, place)
    thing = state.item[slot]
    thing.since_us = thing.first_us = thing.price = thing.clicks = 0
    thing.popular = 0.0
    state.sketch[slot, :] = U64(0)
    drop(state.items, slot)


@kernel
def forget_until(state: Pools, until_us: int, most: int) -> None:
    """Forget the items without a row since then; of more than `most`, those without one for longest."""
    while state.items.ends[0] != NONE and state.items.links[state.items.ends[0]].last_us < until_us:
        forget(state, state.items.ends[0])
    while state.items.keys.counts[0] - state.items.keys.counts[1] > most:
        forget(state, state.items.ends[0])
