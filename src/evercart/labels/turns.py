"""Turns: the rows a learner takes, questions to guess beside labels to learn, in the order of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch

ASKED: Final = 0  # a guess is due; y is NaN
HINT: Final = 1  # silence so far, before the window has closed; the weight is below 1
SETTLED: Final = 2  # the label
CORRECTION: Final = 3  # late truth: y replaces `was`
ABANDONED: Final = 4  # no answer will ever come, as to a question about nobody: y is NaN, the weight 0
MISSED: Final = 5  # ends a settled list: y is what the answers are worth that were not on it, the weight 0
FURTHER: Final = 6  # a list once more: y says, in bits, what came of its items later; see `Further`


@dataclass(frozen=True)
class Turns(Batch):
    """Questions and labels; a learner's step on a label is weight * (step to y - step to `was`, if not NaN).

    what      (rows,) int8: ASKED, HINT, SETTLED, CORRECTION, ABANDONED, MISSED or FURTHER
    tick      (rows,) int64: rows of one tick stand together; weights move when it closes
    offset    (rows,) int64: where in the log the row arose
    us        (rows,) int64: the log's time there
    number    (rows,) int64: the decision's number, in the order of asking
    y         (rows,) float64: the label; NaN where a guess is due, or the question was abandoned
    was       (rows,) float64: the label that this one corrects, or NaN
    weight    (rows,) float64
    key       (rows,) uint64: whom the question is about (the app's `by` column)
    x         (rows, width) float32: the features as they stood when the question was asked
    """

    what: NDArray[np.int8]
    tick: NDArray[np.int64]
    offset: NDArray[np.int64]
    us: NDArray[np.int64]
    number: NDArray[np.int64]
    y: NDArray[np.float64]
    was: NDArray[np.float64]
    weight: NDArray[np.float64]
    key: NDArray[np.uint64]
    x: NDArray[np.float32]


def tick_of(
    logged_us: NDArray[np.int64], offset: NDArray[np.int64], tick_us: int, tick_events: int
) -> NDArray[np.int64]:
    """Return the tick of each row, a pure function of its place.

    Both summands never fall along the log, so the sum changes exactly where either changes.

    >>> tick_of(np.array([0, 999_999, 1_000_000]), np.arange(3), 1_000_000, 4096).tolist()
    [0, 0, 1]
    """
    ticks: NDArray[np.int64] = logged_us // tick_us + offset // tick_events
    return ticks
