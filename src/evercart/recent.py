"""Recent: keys in the order they were last seen, the longest silent first.

A doubly linked list through the slots of a `Slots`, so that the silent are found without a search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.slots import Slots, add, find, release, reserve, slots

NONE = -1


LINK = np.dtype([("last_us", np.int64), ("older", np.int64), ("newer", np.int64)])  # slots, or NONE


class Recent(NamedTuple):
    """Keys that are alive, each with what was last seen of it."""

    keys: Slots
    links: NDArray[np.void]  # (capacity,) of LINK
    ends: NDArray[np.int64]  # (2,) the oldest slot, the newest; NONE if empty
    carried: NDArray[np.uint64]  # (capacity, columns) what the last row carried

    def packed(self) -> Recent:
        """Drop spare room."""
        size = self.keys.size
        return Recent(self.keys.packed(), self.links[:size], self.ends, self.carried[:size])

    def unpacked(self) -> Recent:
        """Make room again."""
        return _roomy(self, self.keys.unpacked())


def recent(columns: int) -> Recent:
    """Return an empty list that carries so many columns."""
    empty = Recent(slots(), np.zeros(0, LINK), np.full(2, NONE), np.zeros((0, columns), np.uint64))
    return _roomy(empty, empty.keys)


def with_room(state: Recent, more: int) -> Recent:
    """Return the list with room for `more` further keys."""
    keys = reserve(state.keys, more)
    return state if keys is state.keys else _roomy(state, keys)


def _roomy(state: Recent, keys: Slots) -> Recent:
    links = np.zeros(len(keys.keys), LINK)
    links[: len(state.links)] = state.links
    carried = np.zeros((len(keys.keys), state.carried.shape[1]), np.uint64)
    carried[: len(state.carried)] = state.carried
    return Recent(keys, links, state.ends, carried)


def is_silent(state: Recent, until_us: int) -> bool:
    """Return whether any key was last seen before then.

    >>> is_silent(recent(1), 5)
    False
    """
    oldest = int(state.ends[0])
    return oldest != NONE and int(state.links["last_us"][oldest]) < until_us


@kernel
def unlink(state: Recent, slot: int) -> None:
    """Take a slot out of the list."""
    older, newer = state.links[slot].older, state.links[slot].newer
    if older == NONE:
        state.ends[0] = newer
    else:
        state.links[older].newer = newer
    if newer == NONE:
        state.ends[1] = older
    else:
        state.links[newer].older = older


@kernel
def touch(state: Recent, key: np.uint64, now: int) -> int:
    """Put a key at the newest end; return its slot."""
    slot = find(state.keys, key)
    if slot == NONE:
        slot = add(state.keys, key)
    else:
        unlink(state, slot)
    newest = state.ends[1]
    link = state.links[slot]
    link.last_us = now
    link.older = newest
    link.newer = NONE
    if newest == NONE:
        state.ends[0] = slot
    else:
        state.links[newest].newer = slot
    state.ends[1] = slot
    return slot


@kernel
def drop(state: Recent, slot: int) -> None:
    """Forget a key; what was kept of it returns to zero."""
    unlink(state, slot)
    link = state.links[slot]
    link.last_us = 0
    link.older = 0
    link.newer = 0
    state.carried[slot, :] = 0
    release(state.keys, slot)


@lean
def silent(state: Recent, now: int, keep: int) -> bool:
    """Return whether the oldest key has been silent for longer than `keep`."""
    oldest = state.ends[0]
    return bool(oldest != NONE and now - state.links[oldest].last_us > keep)


@lean
def seen(state: Recent, key: np.uint64, now: int, keep: int) -> int:
    """Return the slot of a key that was seen within `keep`; else NONE."""
    slot = find(state.keys, key) if key != U64(0) else NONE
    if slot == NONE or now - state.links[slot].last_us > keep:
        return NONE
    return int(slot)
