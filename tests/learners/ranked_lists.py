"""Small lists of which one row is taken, for the tests of what orders lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.features.columns import Column
from evercart.labels.turns import SETTLED, Turns

COLUMNS = tuple(Column(name) for name in "abc")


def lists(x: Any, y: Any, what: int = SETTLED, tick: int = 0) -> Turns:
    """Return lists (lists, rows, columns) as turns, a tick each."""
    count, rows, width = x.shape
    ticks = np.repeat(tick + np.arange(count), rows)
    every = count * rows
    return Turns(
        np.full(every, what, np.int8),
        ticks,
        ticks,
        ticks,
        ticks,
        np.asarray(y, float).reshape(-1),
        np.full(every, np.nan),
        np.ones(every),
        np.zeros(every, np.uint64),
        x.reshape(every, width).astype(np.float32),
    )


def drawn(count: int, seed: int) -> tuple[Any, Any]:
    """Return lists of six whose taken row is the one with the largest |a| - b."""
    x = np.random.default_rng(seed).normal(size=(count, 6, 3)).astype(np.float32)
    worth = 2 * np.abs(x[:, :, 0]) - x[:, :, 1]
    return x, (worth == worth.max(1, keepdims=True)).astype(float)


def first(guesses: Any, y: Any) -> float:
    """Return the share of lists whose taken row has the highest guess."""
    return float((guesses.reshape(y.shape).argmax(1) == y.argmax(1)).mean())
