"""Book: the open questions, each linked to the others about the same key."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.queue import length, ringed, roomy, straight
from evercart.slots import Slots, reserve, slots


class Counts(IntEnum):
    """Places in `Book.counts`."""

    asked = 0
    settled = 1
    hinted = 2
    corrected = 3
    too_late = 4  # answers logged after every question they could have answered was gone
    abandoned = 5  # open when the shop went live


class Questions(NamedTuple):
    """Rings, one row a question, known by its number."""

    asked_us: NDArray[np.int64]
    key: NDArray[np.uint64]
    slot: NDArray[np.int64]  # of its key, or -1
    older: NDArray[np.int64]  # the number of the key's question before, or -1
    newer: NDArray[np.int64]
    status: NDArray[np.int8]
    value: NDArray[np.int64]  # of a total: the key's sum when asked; once closed, the label
    x: NDArray[np.float32]  # (capacity, width)


class Chains(NamedTuple):
    """One row a key with questions."""

    newest: NDArray[np.int64]  # number of the newest question in the chain, or -1
    closed: NDArray[np.int64]  # of the newest one whose window has closed, or -1
    links: NDArray[np.int64]  # questions in the chain
    total: NDArray[np.int64]  # what was added since the key came


class Book(NamedTuple):
    """The state of Pairs."""

    ends: NDArray[np.int64]  # (2,) the oldest question held, the next number
    due: NDArray[np.int64]  # (2,) the next to be hinted at, the next to be closed
    counts: NDArray[np.int64]
    rows: Questions
    keys: Slots
    chains: Chains

    @property
    def held(self) -> int:
        """Return how many questions are held."""
        return length(self.ends)

    def packed(self) -> Book:
        """Drop spare room."""
        size = self.keys.size
        chains = Chains(*(column[:size] for column in self.chains))
        return self._replace(rows=straight(self.ends, self.rows), keys=self.keys.packed(), chains=chains)

    def unpacked(self) -> Book:
        """Make room again."""
        keys = self.keys.unpacked()
        return self._replace(rows=ringed(self.ends, self.rows), keys=keys, chains=_grown(self.chains, len(keys.keys)))


def book(width: int) -> Book:
    """Return a book without questions; X has `width` columns."""
    whole, keys = np.zeros(4, np.int64), slots()
    rows = Questions(
        asked_us=whole.copy(),
        key=np.zeros(4, np.uint64),
        slot=whole.copy(),
        older=whole.copy(),
        newer=whole.copy(),
        status=np.zeros(4, np.int8),
        value=whole.copy(),
        x=np.zeros((4, width), np.float32),
    )
    chains = Chains(*(np.zeros(len(keys.keys), np.int64) for _ in Chains._fields))
    return Book(np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(len(Counts), np.int64), rows, keys, chains)


def with_room(state: Book, questions: int) -> Book:
    """Return the book with room for so many further questions."""
    keys = reserve(state.keys, questions)
    chains = state.chains if keys is state.keys else _grown(state.chains, len(keys.keys))
    return state._replace(rows=roomy(state.ends, state.rows, questions), keys=keys, chains=chains)


def _grown(chains: Chains, capacity: int) -> Chains:
    return Chains(*(np.concatenate([c, np.zeros(capacity - len(c), c.dtype)]) for c in chains))


class Said(NamedTuple):
    """Turns as a kernel writes them; x and the clock are gathered afterwards."""

    size: NDArray[np.int64]  # (1,)
    row: NDArray[np.int64]  # of the woven batch
    what: NDArray[np.int8]
    number: NDArray[np.int64]
    y: NDArray[np.float64]
    was: NDArray[np.float64]
    weight: NDArray[np.float64]

    def roomier(self, more: int) -> Said:
        """Return the same turns with more room."""
        room = said(2 * len(self.row) + more)
        count = self.size[0]
        room.size[0] = count
        for name in self._fields[1:]:
            getattr(room, name)[:count] = getattr(self, name)[:count]
        return room


def said(room: int) -> Said:
    """Return room for so many turns."""
    return Said(
        size=np.zeros(1, np.int64),
        row=np.empty(room, np.int64),
        what=np.empty(room, np.int8),
        number=np.empty(room, np.int64),
        y=np.empty(room),
        was=np.empty(room),
        weight=np.empty(room),
    )
