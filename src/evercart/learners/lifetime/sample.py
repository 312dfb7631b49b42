"""Sample: a few shoppers, chosen by their first visit alone, with what is known of each by now."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import U64, mix
from evercart.kernel import kernel
from evercart.slots import Slots, add, find, held, release, reserve, slots, tall

_NEW_D: Final = 1.0  # older ones than this, when first seen, are not let in: that they came again chose them
_SALT: Final = U64(0x6A09E667F3BCC909)
BORN, LAST, VISITS, PAID = range(4)


class Sample(NamedTuple):
    """Shoppers by key; days since 1970, visits, the worth of a mean visit."""

    keys: Slots
    rows: NDArray[np.float64]  # (capacity, 4)
    top: NDArray[np.uint64]  # (1,) the highest rank in it, once it is full

    def packed(self) -> Sample:
        """Drop spare room."""
        return Sample(self.keys.packed(), self.rows[: self.keys.size], self.top)

    def unpacked(self) -> Sample:
        """Make room again."""
        keys = self.keys.unpacked()
        return Sample(keys, tall(self.rows, len(keys.keys)), self.top)

    def roomy(self, size: int) -> Sample:
        """Return the sample with room for so many shoppers."""
        keys = reserve(self.keys, size - self.keys.live)
        return self if keys is self.keys else self._replace(keys=keys, rows=tall(self.rows, len(keys.keys)))

    @property
    def known(self) -> NDArray[np.float64]:
        """Return the shoppers in it, (shoppers, 4)."""
        size = self.keys.size
        known: NDArray[np.float64] = self.rows[:size][self.keys.keys[:size] != 0]
        return known


def sample() -> Sample:
    """Return a sample of nobody."""
    keys = slots()
    return Sample(keys, np.zeros((len(keys.keys), 4)), np.zeros(1, np.uint64))


@kernel
def observe(
    state: Sample, size: int, key: NDArray[np.uint64], day: NDArray[np.float64], x: NDArray[np.float64]
) -> None:
    """Take in what is known of shoppers.

    key    (rows,) 0 for nobody
    day    (rows,) now, in days since 1970
    x      (rows, 4) visits, age, since, paid; see `Lives`

    A full sample keeps those of the lowest ranks, a hash of the key: each shopper is as likely in it as any other.
    """
    for row in range(len(key)):
        if key[row] == U64(0) or not x[row, 0] >= 1.0:
            continue
        slot = find(state.keys, key[row])
        if slot < 0 and x[row, 1] <= _NEW_D:
            rank = mix(key[row], _SALT)
            if held(state.keys) >= size:
                if rank >= state.top[0]:
                    continue
                drop(state, _highest(state))
            slot = add(state.keys, key[row])
            if held(state.keys) >= size:
                state.top[0] = mix(state.keys.keys[_highest(state)], _SALT)
        if slot >= 0:
            about = state.rows[slot]
            age = max(x[row, 1], 0.0)
            about[BORN], about[LAST] = day[row] - age, day[row] - min(max(x[row, 2], 0.0), age)
            about[VISITS], about[PAID] = x[row, 0], x[row, 3]


@kernel
def expire(state: Sample, edge: float) -> None:
    """Let go of those born before a day: who is in it depends on the first visit alone."""
    for slot in range(state.keys.counts[0]):
        if state.keys.keys[slot] != U64(0) and state.rows[slot, BORN] < edge:
            drop(state, slot)


@kernel
def drop(state: Sample, slot: int) -> None:
    """Let go of one."""
    state.rows[slot, :] = 0.0
    release(state.keys, slot)


@kernel
def _highest(state: Sample) -> int:
    best, rank = -1, U64(0)
    for slot in range(state.keys.counts[0]):
        if state.keys.keys[slot] != U64(0):
            one = mix(state.keys.keys[slot], _SALT)
            if best < 0 or one > rank:
                best, rank = slot, one
    return best
