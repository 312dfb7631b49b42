"""Lesson: rows learned together, gathered in the order of settling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Lesson(NamedTuple):
    """Labels with the features their questions were asked with.

    A row's part in a loss is weight * (loss at y - loss at `was`, if that is not NaN).
    """

    what: NDArray[np.int8]  # (rows,) as in `Turns`
    number: NDArray[np.int64]  # (rows,)
    y: NDArray[np.float64]  # (rows,)
    was: NDArray[np.float64]  # (rows,)
    weight: NDArray[np.float64]  # (rows,)
    x: NDArray[np.float32]  # (rows, inputs)

    def rows(self, which: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Lesson:
        """Return some of the rows."""
        columns: tuple[Any, ...] = self
        return Lesson(*(column[which] for column in columns))

    @classmethod
    def nothing(cls, rows: int, inputs: int) -> Lesson:
        """Return rows of zeros."""
        empty = np.zeros(rows)
        return cls(
            np.zeros(rows, np.int8),
            np.zeros(rows, np.int64),
            empty,
            empty.copy(),
            empty.copy(),
            np.zeros((rows, inputs), np.float32),
        )


class Waiting(NamedTuple):
    """Rows that do not fill a lesson yet; spare places are zeros."""

    filled: NDArray[np.int64]  # (1,) places taken, the first ones
    rows: Lesson  # of as many places as a lesson has


def waiting(batch: int, inputs: int) -> Waiting:
    """Return room for a lesson, with nobody in it."""
    return Waiting(np.zeros(1, np.int64), Lesson.nothing(batch, inputs))


def lessons(held: Waiting, told: Lesson) -> Iterator[Lesson]:
    """Hand out full lessons of those who wait, then those told; the rest waits, once all has been handed out."""
    batch, count = len(held.rows.y), int(held.filled[0])
    places: tuple[Any, ...] = held.rows
    coming: tuple[Any, ...] = told
    if count + len(told.y) < batch:  # the usual case: nothing moves
        for place, column in zip(places, coming, strict=True):
            place[count : count + len(told.y)] = column
        held.filled[0] += len(told.y)
        return
    every: Any = Lesson(*(np.concatenate([w[:count], t]) for w, t in zip(places, coming, strict=True)))
    full = len(every.y) // batch * batch
    for start in range(0, full, batch):
        yield every.rows(slice(start, start + batch))
    held.filled[0] = len(every.y) - full
    for place, column in zip(places, every, strict=True):
        place[:] = 0
        place[: len(every.y) - full] = column[full:]
