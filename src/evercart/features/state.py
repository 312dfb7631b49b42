"""State: what a table remembers, one row a key beside one queue of rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.features.plan import Plan
from evercart.slots import Slots, reserve, slots
from evercart.units import MISSING


class Keys(NamedTuple):
    """What is held of each key; a row of zeros where its slot is free."""

    tallies: NDArray[np.int64]  # (capacity, 1 + sums + distinct counts); the first is the number of queued rows
    decayed: NDArray[np.float64]  # (capacity, decayed) as of `decayed_us`
    decayed_us: NDArray[np.int64]  # (capacity, decayed)
    last_us: NDArray[np.int64]  # (capacity, times of moments), MISSING where never
    latest: NDArray[np.int64]  # (capacity, sums over newest moments)
    items: NDArray[np.int32]  # (capacity, places) slots, newest first


class Rows(NamedTuple):
    """The queue of rows that are still in the longest window: rings in log order."""

    us: NDArray[np.int64]  # (capacity,) log time
    slot: NDArray[np.int32]  # (capacity,) of the key
    values: NDArray[np.int64]  # (capacity, values) what is to be taken off again
    member: NDArray[np.int32]  # (capacity, sets) slot of the pair this row is the last of, or -1


class TableState(NamedTuple):
    """A table's memory; `tails` holds the first row inside each window, `began` the time of the first row ever."""

    slots: Slots
    keys: Keys
    pairs: Slots  # (key, value) pairs of distinct counts
    pair_last: NDArray[np.int64]  # (capacity of pairs,) number + 1 of the last row of the pair
    ends: NDArray[np.int64]  # (2,) see queue.py
    tails: NDArray[np.int64]  # (windows,)
    rows: Rows
    began: NDArray[np.int64]  # (1,) log time, MISSING before the first row, or where no feature asks

    def packed(self) -> TableState:
        """Drop spare room; rows are numbered from 0 again, so that an empty table is like a new one."""
        head, size, pairs = self.ends[queue.HEAD], self.slots.size, self.pairs.size
        last = self.pair_last[:pairs]
        return TableState(
            slots=self.slots.packed(),
            keys=Keys._make(column[:size] for column in self.keys),
            pairs=self.pairs.packed(),
            pair_last=np.where(last > 0, last - head, 0),
            ends=self.ends - head,
            tails=self.tails - head,
            rows=queue.straight(self.ends, self.rows),
            began=self.began,
        )

    def unpacked(self) -> TableState:
        """Make room again."""
        rows = queue.ringed(self.ends, self.rows)
        return self._replace(slots=self.slots.unpacked(), pairs=self.pairs.unpacked(), rows=rows)._tall()

    def roomy(self, rows: int, sets: int) -> TableState:
        """Return the state with room for so many further rows, each of a new key with `sets` new pairs."""
        return self._replace(
            slots=reserve(self.slots, rows),
            pairs=reserve(self.pairs, rows * sets),
            rows=queue.roomy(self.ends, self.rows, rows),
        )._tall()

    def _tall(self) -> TableState:
        """Give the arrays that stand beside slots the height of the slots."""
        keys = Keys._make(_tall(column, len(self.slots.keys)) for column in self.keys)
        return self._replace(keys=keys, pair_last=_tall(self.pair_last, len(self.pairs.keys)))


def _tall(array: NDArray[Any], height: int) -> NDArray[Any]:
    if len(array) >= height:
        return array
    tall = np.zeros((height, *array.shape[1:]), array.dtype)
    tall[: len(array)] = array
    return tall


def empty(plan: Plan) -> TableState:
    """Return the memory of a table before the first row."""
    keys = Keys(
        tallies=np.zeros((8, 1 + len(plan.sums) + len(plan.counts)), np.int64),
        decayed=np.zeros((8, len(plan.decays))),
        decayed_us=np.zeros((8, len(plan.decays)), np.int64),
        last_us=np.zeros((8, len(plan.lasts)), np.int64),
        latest=np.zeros((8, len(plan.latest)), np.int64),
        items=np.zeros((8, plan.items), np.int32),
    )
    rows = Rows(
        us=np.zeros(8, np.int64),
        slot=np.zeros(8, np.int32),
        values=np.zeros((8, plan.stored), np.int64),
        member=np.zeros((8, len(plan.sets)), np.int32),
    )
    tails = np.zeros(len(plan.spec.windows), np.int64)
    began = np.full(1, MISSING)
    return TableState(slots(), keys, slots(), np.zeros(8, np.int64), np.zeros(2, np.int64), tails, rows, began)
