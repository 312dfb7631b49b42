"""Learner: what guesses when asked, then learns when labels settle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns

S = TypeVar("S")


class Learner(Protocol[S]):
    """A fold of tick grain: from turns to guesses, (rows,) float64, NaN where nothing was asked.

    Within a tick all questions are guessed with the weights from before the tick; then its labels are
    learned in order. A label's step is weight * (gradient at y - gradient at `was`, if that is not NaN).
    """

    @property
    def grain(self) -> Grain:
        """Return "tick"."""
        ...

    def start(self) -> S:
        """Return the state before the first row of the log."""
        ...

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        ...


def unsaid(learner: Any, rows: int) -> NDArray[np.float64]:
    """Return guesses in which nothing was said: (rows,), or (rows, `width_said`) of a learner that has that."""
    wide = int(getattr(learner, "width_said", 0))
    return np.full((rows, wide) if wide else rows, np.nan)


@kernel
def working_order(tick: NDArray[np.int64], what: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the rows, (rows,), in the order they are worked: in each tick the questions, then the labels.

    Who works through it once, guessing and learning as he goes, keeps the law of the tick.
    """
    order = np.empty(len(tick), np.int64)
    start = 0
    while start < len(tick):
        stop = tick_stop(tick, start)
        at = start
        for asked in (True, False):
            for row in range(start, stop):
                if (what[row] == ASKED) == asked:
                    order[at] = row
                    at += 1
        start = stop
    return order


@kernel
def tick_stop(tick: NDArray[np.int64], start: int) -> int:
    """Return the first row after `start` that belongs to another tick."""
    stop = start + 1
    while stop < len(tick) and tick[stop] == tick[start]:
        stop += 1
    return stop


def lists_of(turns: Turns) -> list[NDArray[np.int64]]:
    """Return the rows of each list, in the order they are worked."""
    order = working_order(turns.tick, turns.what)
    place = np.stack([turns.tick[order], turns.number[order], turns.what[order].astype(np.int64)])
    edges = np.flatnonzero((np.diff(place, axis=1) != 0).any(0)) + 1
    return np.split(order, edges) if len(order) else []


def number_places(columns: Sequence[Column], use: Iterable[str] | None) -> NDArray[np.int64]:
    """Return the places of the named number columns; None: of all; one that holds slots raises `UserError`."""
    names = [column.name for column in columns if column.is_number] if use is None else list(use)
    places = chosen(columns, names)
    for place in places:
        require(columns[place].is_number, f"column {columns[place].name}", "a number column", "a slot column")
    return np.array(places, np.int64)


def require_width(x: NDArray[np.float32], columns: Sequence[Column]) -> None:
    """Raise `UserError` unless x, (rows, width), has as many columns as there are."""
    require(x.ndim == 2 and x.shape[1] == len(columns), "x", f"{len(columns)} columns", x.shape[-1])


def with_x(turns: Turns, x: NDArray[np.float32]) -> Turns:
    """Return the turns with other features."""
    columns: dict[str, Any] = {**vars(turns), "x": x}
    return Turns(**columns)
