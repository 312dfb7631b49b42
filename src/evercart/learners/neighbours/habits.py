"""Habits: what is known of shoppers, of items, of shelves, from what was bought.

A (shopper, item), an item, an item on a place's shelf live until their window has passed without a purchase; a
shopper lives as long as one of the own items, a place as long as something on its shelf. A shopper's items are
chained, the newest first, so that the one bought least lately is at hand where there are too many.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import lean
from evercart.recent import Recent, recent, with_room
from evercart.slots import Slots, reserve, slots, tall

FADE: Final = 0.9  # of a purchase's weight with each later basket
_SINCE: Final = 8  # cells of baskets since the last purchase, by powers of 2
_TIMES: Final = 5  # cells of purchases

PAIR = np.dtype([
    ("long", np.float64),  # log2 of the sum of 2 ** (us / half-life) over the purchases: compares without decay
    ("short", np.float64),
    ("place", np.uint64),  # of the last purchase
    ("gap", np.float32),  # sums of log days between purchases, of their squares
    ("gap2", np.float32),
    ("faded", np.float32),  # sum of FADE ** (baskets since) over the purchases, as of the last one
    ("expected", np.float32),  # sum of the base rates over the shopper's baskets since the first purchase
    ("times", np.int32),
    ("first", np.int32),  # the shopper's basket, by number
    ("last", np.int32),
    ("user", np.int32),  # slots
    ("item", np.int32),
    ("older", np.int32),  # the shopper's next one in the chain, slot or NONE
    ("newer", np.int32),
])  # fmt: skip
USER = np.dtype([
    ("last_us", np.int64),
    ("session", np.uint64),  # of the last row
    ("long", np.float64),  # of the baskets, as in PAIR
    ("short", np.float64),
    ("gap", np.float32),  # usual log days between baskets
    ("lines", np.float32),  # usual items of a basket
    ("again", np.float32),  # usual share of them bought before
    ("expected", np.float32),  # sum of the base rates over all items, all baskets
    ("taken", np.float32),  # how often an item was bought again
    ("now", np.int32),  # items of the newest basket
    ("now_again", np.int32),
    ("baskets", np.int32),
    ("size", np.int32),  # of the chain
    ("newest", np.int32),  # ends of the chain
    ("oldest", np.int32),
])  # fmt: skip
ITEM = np.dtype([
    ("since_us", np.int64),
    ("long", np.float64),  # of its purchases, as in PAIR
    ("short", np.float64),
    ("trend", np.float64),
    ("gap", np.float64),  # sums over its shoppers' gaps
    ("gap2", np.float64),
    ("gaps", np.int64),
    ("expected", np.float64),  # sum of the base rates over the baskets of its shoppers
    ("taken", np.int64),  # how many of them it was in
    ("bought", np.int64),  # purchases
    ("buyers", np.int32),  # shoppers who have it in their chain
    ("returned", np.int32),  # those of them who bought it more than once
])  # fmt: skip
SHELF = np.dtype([("often", np.float64), ("place", np.int32), ("item", np.int32)])


class Rules(NamedTuple):
    """The settings as kernels take them."""

    kind: int
    keep_us: int
    shelf_us: int
    windows_us: tuple[int, int]
    long_us: float
    short_us: float
    trend_us: float
    most: int


class Habits(NamedTuple):
    """Rows of zeros where a slot is free.

    Bytes: 140 a (shopper, item), 110 a shopper, 150 an item, 60 an item on a place's shelf, 30 + 4 `listed` a place;
    all doubled while tables grow.
    """

    pairs: Recent
    pair: NDArray[np.void]  # (capacity of pairs,) of PAIR
    users: Slots
    user: NDArray[np.void]  # (capacity of users,) of USER
    items: Recent
    item: NDArray[np.void]  # (capacity of items,) of ITEM
    shelves: Recent
    shelf: NDArray[np.void]  # (capacity of shelves,) of SHELF
    places: Slots
    size: NDArray[np.int32]  # (capacity of places,) shelves of each
    stock: NDArray[np.int32]  # (capacity of places, listed) slots of the most bought shelves + 1, or 0
    top: NDArray[np.int32]  # (listed,) slots of the most bought items + 1, or 0
    all: NDArray[np.float64]  # (1,) baskets of all shoppers, as PAIR's `long`
    base: NDArray[np.float64]  # (_SINCE * _TIMES, 2) chances of an item to come back, how many were taken

    def packed(self) -> Habits:
        """Drop spare room."""
        pairs, users, items = self.pairs.keys.size, self.users.size, self.items.keys.size
        shelves, places = self.shelves.keys.size, self.places.size
        return self._replace(
            pairs=self.pairs.packed(),
            pair=self.pair[:pairs],
            users=self.users.packed(),
            user=self.user[:users],
            items=self.items.packed(),
            item=self.item[:items],
            shelves=self.shelves.packed(),
            shelf=self.shelf[:shelves],
            places=self.places.packed(),
            size=self.size[:places],
            stock=self.stock[:places],
        )

    def unpacked(self) -> Habits:
        """Make room again."""
        return self._replace(
            pairs=self.pairs.unpacked(),
            users=self.users.unpacked(),
            items=self.items.unpacked(),
            shelves=self.shelves.unpacked(),
            places=self.places.unpacked(),
        )._tall()

    def roomy(self, rows: int) -> Habits:
        """Return the memory with room for so many further purchases."""
        return self._replace(
            pairs=with_room(self.pairs, rows),
            users=reserve(self.users, rows),
            items=with_room(self.items, rows),
            shelves=with_room(self.shelves, rows),
            places=reserve(self.places, rows),
        )._tall()

    def _tall(self) -> Habits:
        places = len(self.places.keys)
        return self._replace(
            pair=tall(self.pair, len(self.pairs.keys.keys)),
            user=tall(self.user, len(self.users.keys)),
            item=tall(self.item, len(self.items.keys.keys)),
            shelf=tall(self.shelf, len(self.shelves.keys.keys)),
            size=tall(self.size, places),
            stock=tall(self.stock, places),
        )


def habits(listed: int) -> Habits:
    """Return a memory of nothing."""
    return Habits(
        pairs=recent(0),
        pair=np.zeros(0, PAIR),
        users=slots(),
        user=np.zeros(0, USER),
        items=recent(0),
        item=np.zeros(0, ITEM),
        shelves=recent(0),
        shelf=np.zeros(0, SHELF),
        places=slots(),
        size=np.zeros(0, np.int32),
        stock=np.zeros((0, listed), np.int32),
        top=np.zeros(listed, np.int32),
        all=np.zeros(1),
        base=np.zeros((_SINCE * _TIMES, 2)),
    )._tall()


@lean
def more(often: float, halves: float) -> float:
    """Return log2 of a sum of powers of 2 with one added."""
    return float(halves + np.log2(1.0 + np.exp2(often - halves)))


@lean
def cell(since: int, times: int) -> int:
    """Return the cell of an item bought so many times, the last time so many baskets ago."""
    at = min(int(np.log2(since + 1.0) + 1e-9), _SINCE - 1)
    return at * _TIMES + min(int(np.log2(times) + 1e-9), _TIMES - 1)


@lean
def rate(state: Habits, at: int) -> float:
    """Return how often an item of a cell came back in the next basket: its base rate."""
    return float((state.base[at, 1] + 1.0) / (state.base[at, 0] + 20.0))
