"""Alone: the orders in which one source would show its candidates if no ranker stood behind it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.learners.neighbours.candidates import Candidates

READINGS: Final = {
    "neighbours": "near_log",
    "transitions": "next_log",
    "two steps": "hop_log",
    "own items": "own_nearness",
    "popularity": "popular_now",
}  # ways in which a source reads its one memory, by the column that says how each scores


def alone(source: Any) -> dict[str, int | None]:
    """Return the orders by name, with the column of x that each goes by; None is the source's own order.

    >>> from evercart.learners.neighbours.repeats import Repeats
    >>> alone(Repeats())
    {'alone: repeats': None}
    """
    own: dict[str, int | None] = {f"alone: {type(source).__name__.lower()}": None}
    columns = source.columns
    return own | {f"alone: {name}": columns.index(one) for name, one in READINGS.items() if one in columns}


def scored(offered: Candidates, column: int | None) -> tuple[NDArray[np.float32], float]:
    """Return a score for each candidate, with the one it must exceed to be shown at all."""
    if column is None:
        return (-offered.rank).astype(np.float32), -np.inf
    return offered.x[:, column], 0.0
