"""Prequential: each event asked, then settled before the next one is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.labels.turns import ASKED, SETTLED, Turns


def prequential(x: NDArray[Any], y: NDArray[np.float64]) -> Turns:
    """Return turns of 2 * events rows, each row its own tick: question, label, question, label.

    x         (events, width) float32, or int32 where all columns are slots
    y         (events,)

    Source: Dawid, "Present position and potential developments: the prequential approach", JRSS A 147(2), 1984.

    >>> prequential(np.zeros((2, 1), np.float32), np.array([1.0, 0.0])).y.tolist()
    [nan, 1.0, nan, 0.0]
    """
    rows = 2 * len(y)
    labels = np.full(rows, np.nan)
    labels[1::2] = y
    what = np.full(rows, ASKED, np.int8)
    what[1::2] = SETTLED
    place, number = np.arange(rows), np.arange(rows) // 2
    never, whole = np.full(rows, np.nan), np.ones(rows)
    return Turns(what, place, place, place, number, labels, never, whole, np.zeros(rows, np.uint64), np.repeat(x, 2, 0))
