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
    nobody = 6  # asked about nobody, so that no row can ever answer


OPEN, HINTED, ANSWERED, CLOSED = 0, 1, 2, 3  # an answered question has left its key's chain

QUESTION = np.dtype(
    [
        ("asked_us", np.int64),
        ("key", np.uint64),
        ("older", np.int64),  # the number of the key's question before, or -1
        ("newer", np.int64),
        ("value", np.int64),  # of a total: the key's sum when asked; once closed, the label
        ("slot", np.int32),  # of its key, or -1
        ("status", np.int32),
    ]
)
CHAIN = np.dtype(
    [
        ("newest", np.int64),  # number of the key's newest question, or -1
        ("closed", np.int64),  # of the newest one whose window has closed, or -1
        ("links", np.int64),  # questions in the chain
        ("total", np.int64),  # what was added since the key came
    ]
)
TURN = np.dtype(
    [
        ("row", np.int64),  # of the woven batch
        ("number", np.int64),
        ("y", np.float64),
        ("was", np.float64),
        ("weight", np.float64),
        ("what", np.int64),
    ]
)


class Questions(NamedTuple):
    """Rings, one row a question, known by its number."""

    about: NDArray[np.void]  # (capacity,) of QUESTION
    x: NDArray[np.float32]  # (capacity, width)


class Book(NamedTuple):
    """The state of Pairs."""

    ends: NDArray[np.int64]  # (2,) the oldest question held, the next number
    due: NDArray[np.int64]  # (2,) the next to be hinted at, the next to be closed
    counts: NDArray[np.int64]
    rows: Questions
    keys: Slots
    chains: NDArray[np.void]  # (slots,) of CHAIN

    @property
    def held(self) -> int:
        """Return how many questions are held."""
        return length(self.ends)

    def packed(self) -> Book:
        """Drop spare room."""
        chains = self.chains[: self.keys.size]
        return self._replace(rows=straight(self.ends, self.rows), keys=self.keys.packed(), chains=chains)

    def unpacked(self) -> Book:
        """Make room again."""
        keys = self.keys.unpacked()
        return self._replace(rows=ringed(self.ends, self.rows), keys=keys, chains=_grown(self.chains, len(keys.keys)))


def book(width: int) -> Book:
    """Return a book without questions; X has `width` columns."""
    rows, keys = Questions(np.zeros(4, QUESTION), np.zeros((4, width), np.float32)), slots()
    whole = np.zeros(2, np.int64)
    return Book(whole, whole.copy(), np.zeros(len(Counts), np.int64), rows, keys, np.zeros(len(keys.keys), CHAIN))


def with_room(state: Book, questions: int) -> Book:
    """Return the book with room for so many further questions."""
    keys = reserve(state.keys, questions)
    chains = state.chains if keys is state.keys else _grown(state.chains, len(keys.keys))
    return state._replace(rows=roomy(state.ends, state.rows, questions), keys=keys, chains=chains)


def _grown(chains: NDArray[np.void], capacity: int) -> NDArray[np.void]:
    return np.concatenate([chains, np.zeros(capacity - len(chains), CHAIN)])
