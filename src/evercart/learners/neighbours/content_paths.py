"""Paths: the last few items of each session, or of each shopper, by the hashes of their names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, held, tall


class Paths(NamedTuple):
    """The last items of each key, newest first, each once; zeros where there are fewer.

    Bytes: about 64 + 8 * the items of a key.
    """

    keys: Recent
    item: NDArray[np.uint64]  # (capacity, items)

    def packed(self) -> Paths:
        """Drop spare room."""
        return Paths(self.keys.packed(), self.item[: self.keys.keys.size])

    def unpacked(self) -> Paths:
        """Make room again."""
        return self._replace(keys=self.keys.unpacked())._tall()

    def roomy(self, rows: int) -> Paths:
        """Return the paths with room for so many further keys."""
        return self._replace(keys=with_room(self.keys, rows))._tall()

    def _tall(self) -> Paths:
        return self._replace(item=tall(self.item, len(self.keys.keys.keys)))


def paths(items: int) -> Paths:
    """Return no paths, of so many items each at most."""
    return Paths(recent(1), np.zeros((0, items), np.uint64))._tall()


@kernel
def follow(state: Paths, key: np.uint64, item: np.uint64, us: int, most: int) -> None:
    """Put an item at the front of a key's path; the caller has made room. Of more than `most` keys the oldest go."""
    if find(state.keys.keys, key) == NONE and held(state.keys.keys) >= most:
        _forget(state, state.keys.ends[0])
    path = state.item[touch(state.keys, key, us)]
    last = 0
    while last < len(path) - 1 and path[last] != item and path[last] != U64(0):
        last += 1
    for at in range(last, 0, -1):
        path[at] = path[at - 1]
    path[0] = item


@kernel
def _forget(state: Paths, slot: int) -> None:
    state.item[slot, :] = U64(0)
    drop(state.keys, slot)


@kernel
def forget_paths(state: Paths, until_us: int) -> None:
    """Forget the keys without a row since then."""
    while state.keys.ends[0] != NONE and state.keys.links[state.keys.ends[0]].last_us < until_us:
        _forget(state, state.keys.ends[0])


@lean
def path_of(state: Paths, key: np.uint64) -> int:
    """Return the slot of a key's path, or -1."""
    return int(find(state.keys.keys, key)) if key != U64(0) else NONE
