"""Tops: decayed counts of items by list, with the highest of each list at hand.

All counts fade alike, so which of two is higher changes only when one of them is added to: a count that belongs on
a list enters it at its own click.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import mix
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import Slots, add, find, held, release, reserve, slots, tall

COUNT = np.dtype([
    ("popular", np.float64),  # log2 of the sum of 2 ** (us / half-life): compares without decay
    ("list", np.int32),  # slot
])  # fmt: skip


class Tops(NamedTuple):
    """Counts by (list, item); rows of zeros where a slot is free."""

    counts: Recent  # carries the item
    counted: NDArray[np.void]  # (capacity of counts,) of COUNT
    lists: Slots
    size: NDArray[np.int64]  # (capacity of lists,) counts
    top: NDArray[np.int32]  # (capacity of lists, listed) slot of a count + 1, or 0; in no order

    def packed(self) -> Tops:
        """Drop spare room."""
        counts, lists = self.counts.keys.size, self.lists.size
        return Tops(
            self.counts.packed(), self.counted[:counts], self.lists.packed(), self.size[:lists], self.top[:lists]
        )

    def unpacked(self) -> Tops:
        """Make room again."""
        return self._replace(counts=self.counts.unpacked(), lists=self.lists.unpacked())._tall()

    def roomy(self, more: int) -> Tops:
        """Return the counts with room for so many more."""
        return self._replace(counts=with_room(self.counts, more), lists=reserve(self.lists, more))._tall()

    def _tall(self) -> Tops:
        counts, lists = len(self.counts.keys.keys), len(self.lists.keys)
        return self._replace(counted=tall(self.counted, counts), size=tall(self.size, lists), top=tall(self.top, lists))


def tops(listed: int) -> Tops:
    """Return no counts."""
    empty = Tops(recent(1), np.zeros(0, COUNT), slots(), np.zeros(0, np.int64), np.zeros((0, listed), np.int32))
    return empty._tall()


@kernel
def count(state: Tops, key: np.uint64, item: np.uint64, us: int, halves: float) -> None:
    """Count a click on an item for a list; the caller has made room."""
    cell = mix(key, item)
    is_new = find(state.counts.keys, cell) == NONE
    slot = touch(state.counts, cell, us)
    here = state.counted[slot]
    if is_new:
        state.counts.carried[slot, 0] = item
        here.popular = halves
        here.list = add(state.lists, key)
        state.size[here.list] += 1
    else:
        here.popular = halves + np.log2(1.0 + np.exp2(here.popular - halves))
    _list(state, slot)


@kernel
def _list(state: Tops, slot: int) -> None:
    """Put a count on its list in place of the lowest, if it is higher."""
    top = state.top[state.counted[slot].list]
    least, place = np.inf, -1
    for at in range(len(top)):
        listed = top[at] - 1
        if listed == slot:
            return
        value = state.counted[listed].popular if listed >= 0 else -np.inf
        if value < least:
            least, place = value, at
    if state.counted[slot].popular > least:
        top[place] = slot + 1


@kernel
def _forget(state: Tops, slot: int) -> None:
    """Forget a count; the last one of a list releases it."""
    here = state.counted[slot]
    top = state.top[here.list]
    for at in range(len(top)):
        if top[at] == slot + 1:
            top[at] = 0
    state.size[here.list] -= 1
    if state.size[here.list] == 0:
        release(state.lists, here.list)
    here.popular = 0.0
    here.list = 0
    drop(state.counts, slot)


@kernel
def forget_counts(state: Tops, until_us: int, most: int) -> None:
    """Forget the counts without a click since then; of more than `most`, those without one for longest."""
    while state.counts.ends[0] != NONE and (
        state.counts.links[state.counts.ends[0]].last_us < until_us or held(state.counts.keys) > most
    ):
        _forget(state, state.counts.ends[0])
