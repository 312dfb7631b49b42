"""Basket rows: purchases cut into baskets, with the list that is shown before each."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import lean
from evercart.units import DAY_US

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WEEK_US: Final = 7 * DAY_US
_SPARE: Final = 2  # as many popular items are known as a list could need: some of them stand in it already


class Baskets(NamedTuple):
    """Purchases in log order; shoppers, items, baskets by dense numbers."""

    us: Ints  # (rows,) log time
    user: Ints  # (rows,) 0, 1, …; -1: nobody
    item: Ints  # (rows,) 0, 1, …
    basket: Ints  # (rows,) 0, 1, … in the order of their first rows; -1: nobody's
    first: NDArray[np.bool_]  # (rows,) whether the row is its item's first in its basket
    begins: Ints  # (baskets,) the row each begins at
    row: Ints  # (rows of baskets,) rows, basket by basket
    starts: Ints  # (baskets + 1,) where in `row` each basket's rows begin
    pair: Ints  # (rows,) number of (user, item), those of a user side by side; -1: nobody's
    pair_item: Ints  # (pairs,)
    pairs: Ints  # (users + 1,) where each user's pairs begin
    items: int

    @classmethod
    def of(
        cls,
        us: Ints,
        user: NDArray[np.generic],
        session: NDArray[np.generic],
        item: NDArray[np.generic],
        gap_us: int = 0,
        pause_us: int = DAY_US,
    ) -> Baskets:
        """Cut the rows into baskets as `Arrival` does; 0 means that no shopper, no session is named.

        >>> Baskets.of(np.arange(4), np.array([7, 0, 7, 7]), np.array([1, 2, 1, 3]), np.array([5, 5, 5, 6])).first
        array([ True, False, False,  True])
        """
        rows, named = len(us), np.asarray(user != 0)
        _, users = np.unique(user[named], return_inverse=True)
        known, items = np.unique(item, return_inverse=True)
        whose = np.full(rows, -1)
        whose[named] = users
        order = np.flatnonzero(named)[np.argsort(users, kind="stable")]
        windows = np.where(session[order] == 0, gap_us, pause_us)
        new = np.ones(len(order), np.bool_)
        new[1:] = (np.diff(whose[order]) != 0) | (session[order][1:] != session[order][:-1])
        new[1:] |= np.diff(us[order]) > windows[1:]
        begins = np.sort(order[new])
        basket = np.full(rows, -1)
        basket[order] = np.searchsorted(begins, order[new])[np.cumsum(new) - 1]
        row = np.flatnonzero(named)[np.argsort(basket[named], kind="stable")]
        first = np.zeros(rows, np.bool_)
        first[row[np.unique(basket[row] * len(known) + items[row], return_index=True)[1]]] = True
        held, pair = np.unique(whose[named] * len(known) + items[named], return_inverse=True)
        pairs = np.full(rows, -1)
        pairs[named] = pair
        count = int(users.max(initial=-1)) + 1
        return cls(
            *(us, whose, items, basket, first, begins, row),
            np.searchsorted(basket[row], np.arange(len(begins) + 1)),
            pairs,
            held % max(len(known), 1),
            np.searchsorted(held, np.arange(count + 1) * len(known)),
            len(known),
        )

    def head(self, rows: int) -> Baskets:
        """Return the first rows alone."""
        session = self.basket[:rows] + 1
        return Baskets.of(self.us[:rows], self.user[:rows] + 1, session, self.item[:rows])


class Best(NamedTuple):
    """What sells most; the list that is shown; scratch for it."""

    popular: Floats  # (items,) log2 of sums of powers of 2: compares without decay
    selling: Ints  # (most,) items, the most popular first; -1 where there are fewer
    list: Ints  # (top,) items; -1 where there are fewer
    worth: Floats  # (top,)
    place: Ints  # (items,) of an item in the list, or -1


def best_of(baskets: Baskets, top: int) -> Best:
    """Return an empty list of at most `top`, with nothing sold."""
    return Best(
        np.full(baskets.items, -np.inf),
        np.full(_SPARE * top, -1),
        np.full(top, -1),
        np.zeros(top),
        np.full(baskets.items, -1),
    )


@lean
def sell(best: Best, item: int, halves: float) -> None:
    """Count a purchase towards what sells most; sums only grow, so the best are among the old best."""
    before, selling = best.popular[item], best.selling
    best.popular[item] = halves if before == -np.inf else halves + np.log2(1.0 + np.exp2(before - halves))
    at = 0
    while at < len(selling) - 1 and selling[at] != item and selling[at] >= 0:
        at += 1
    if selling[at] >= 0 and best.popular[selling[at]] > best.popular[item]:
        return
    while at > 0 and best.popular[selling[at - 1]] < best.popular[item]:
        selling[at] = selling[at - 1]
        at -= 1
    selling[at] = item


@lean
def offer(best: Best, size: int, item: int, worth: float) -> int:
    """Put an item in the list in order of its worth, equal ones as they came; return how long the list is."""
    if size == len(best.list) and worth <= best.worth[size - 1]:
        return size
    at = min(size, len(best.list) - 1)
    while at > 0 and best.worth[at - 1] < worth:
        best.list[at], best.worth[at] = best.list[at - 1], best.worth[at - 1]
        at -= 1
    best.list[at], best.worth[at] = item, worth
    return min(size + 1, len(best.list))


@lean
def show(baskets: Baskets, best: Best, size: int, basket: int, rank: Ints) -> None:
    """Fill the list up with what sells most; rank the rows of the basket by it."""
    for at in range(size):
        best.place[best.list[at]] = at
    for item in best.selling:
        if size < len(best.list) and item >= 0 and best.place[item] < 0:
            best.list[size] = item
            best.place[item] = size
            size += 1
    for at in range(baskets.starts[basket], baskets.starts[basket + 1]):
        row = baskets.row[at]
        rank[row] = best.place[baskets.item[row]] if baskets.first[row] else -2
    for at in range(size):
        best.place[best.list[at]] = -1
