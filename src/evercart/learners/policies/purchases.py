"""Purchases: what a shopper bought of some items, looked up where repeats are remembered."""

from __future__ import annotations

import numpy as np

from evercart.hashing import U64, mix
from evercart.kernel import kernel
from evercart.learners.neighbours.repeats import Bought
from evercart.learners.policies.slate import Items, Purchased, Rows
from evercart.slots import find


def purchased(state: Bought, user: int, items: Items) -> Purchased:
    """Return the purchases of one shopper, by the memory that `Repeats` keeps.

    user    keyed hash; 0: nobody, who bought nothing

    >>> from evercart.learners.neighbours.repeats import Repeats
    >>> purchased(Repeats().start(), 7, np.array([1, 2], np.uint64)).times.tolist()
    [0, 0]
    """
    found = Purchased(np.zeros(len(items), np.int64), np.zeros(len(items), np.int64))
    if user:
        _look(state, U64(user), items, found.last_us, found.times)
    return found


@kernel
def _look(state: Bought, user: np.uint64, items: Items, last_us: Rows, times: Rows) -> None:
    for i in range(len(items)):
        slot = find(state.pairs.keys, mix(user, items[i]))
        if slot >= 0:
            last_us[i] = state.pairs.links[slot].last_us
            times[i] = state.pair[slot].times
