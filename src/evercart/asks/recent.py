"""Recent: keys in the order they were last seen, the longest silent first.

A doubly linked list through the slots of a `Slots`, so that the silent are found without a search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel
from evercart.slots import Slots, reserve, slots

NONE = -1


class Recent(NamedTuple):
    """Keys that are alive, each with what was last seen of it."""

    keys: Slots
    last_us: NDArray[np.int64]  # (capacity,)
    older: NDArray[np.int64]  # (capacity,) the slot seen just before, or NONE
    newer: NDArray[np.int64]  # (capacity,)
    ends: NDArray[np.int64]  # (2,) the oldest slot, the newest; NONE if empty
    carried: NDArray[np.uint64]  # (capacity, columns) what the last row carried

    def packed(self) -> Recent:
        """Drop spare room."""
        size = self.keys.size
        arrays = (self.last_us[:size], self.older[:size], self.newer[:size], self.ends, self.carried[:size])
        return Recent(self.keys.packed(), *arrays)

    def unpacked(self) -> Recent:
        """Make room again."""
        return _roomy(self, self.keys.unpacked())


def recent(columns: int) -> Recent:
    """Return an empty list that carries so many columns."""
    none = np.zeros(0, np.int64)
    empty = Recent(slots(), none, none, none, np.full(2, NONE), np.zeros((0, columns), np.uint64))
    return _roomy(empty, empty.keys)


def with_room(state: Recent, more: int) -> Recent:
    """Return the list with room for `more` further keys."""
    keys = reserve(state.keys, more)
    return state if keys is state.keys else _roomy(state, keys)


def _roomy(state: Recent, keys: Slots) -> Recent:
    def grown(old: NDArray[np.int64]) -> NDArray[np.int64]:
        new = np.zeros((len(keys.keys), *old.shape[1:]), old.dtype)
        new[: len(old)] = old
        return new

    carried = np.zeros((len(keys.keys), state.carried.shape[1]), np.uint64)
    carried[: len(state.carried)] = state.carried
    return Recent(keys, grown(state.last_us), grown(state.older), grown(state.newer), state.ends, carried)


@kernel
def unlink(state: Recent, slot: int) -> None:
    """Take a slot out of the list; its arrays return to zero only when it is released."""
    older, newer = state.older[slot], state.newer[slot]
    if older == NONE:
        state.ends[0] = newer
    else:
        state.newer[older] = newer
    if newer == NONE:
        state.ends[1] = older
    else:
        state.older[newer] = older


@kernel
def link(state: Recent, slot: int) -> None:
    """Put a slot at the newest end."""
    newest = state.ends[1]
    state.older[slot] = newest
    state.newer[slot] = NONE
    if newest == NONE:
        state.ends[0] = slot
    else:
        state.newer[newest] = slot
    state.ends[1] = slot


@kernel
def wipe(state: Recent, slot: int) -> None:
    """Clear what was kept of a slot that is about to be released."""
    state.last_us[slot] = 0
    state.older[slot] = 0
    state.newer[slot] = 0
    state.carried[slot, :] = 0
