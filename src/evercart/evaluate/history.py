"""History: all questions of an app, each with what came of it, for opponents that read everything again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, SETTLED, Turns

NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class History(Batch):
    """Questions in the order of asking; every time is the log's, in microseconds.

    number        (questions,) int64, without gaps
    us            (questions,) int64: when it was asked
    settled_us    (questions,) int64: when its label settled, or it was abandoned; NEVER while it is open
    y             (questions,) float64: the label at the close; NaN without one
    late_us       (questions,) int64: when the label was last corrected, or NEVER
    late_y        (questions,) float64: the corrected label, or NaN
    x             (questions, width) float32
    """

    number: NDArray[np.int64]
    us: NDArray[np.int64]
    settled_us: NDArray[np.int64]
    y: NDArray[np.float64]
    late_us: NDArray[np.int64]
    late_y: NDArray[np.float64]
    x: NDArray[np.float32]

    @classmethod
    def of(cls, turns: Turns) -> History:
        """Gather turns by question; answers to questions asked before these turns are left out."""
        asked = turns.rows(turns.what == ASKED)
        n = len(asked)
        settled_us, late_us = np.full(n, NEVER), np.full(n, NEVER)
        y, late_y = np.full(n, np.nan), np.full(n, np.nan)
        if n:
            for times, labels, whats in ((settled_us, y, (SETTLED, ABANDONED)), (late_us, late_y, (CORRECTION,))):
                said = np.flatnonzero(np.isin(turns.what, whats) & (turns.number >= asked.number[0]))
                at = turns.number[said] - asked.number[0]
                times[at] = turns.us[said]
                labels[at] = turns.y[said]
        return cls(asked.number, asked.us, settled_us, y, late_us, late_y, asked.x)

    def known(self, us: int, closed: bool) -> NDArray[np.int64]:
        """Return the questions whose labels settled before a moment, (known,).

        closed    only those with no older question still open: without it the newest questions are all "yes",
                  because a "no" takes until its window closes
        """
        open_then = self.settled_us >= us
        known = ~open_then & ~np.isnan(self.y)
        if closed and open_then.any():
            known[open_then.argmax() :] = False
        return np.flatnonzero(known)

    def labels(self, rows: NDArray[np.int64], us: int) -> NDArray[np.float64]:
        """Return the labels of questions as they stood at a moment, late truth included, (rows,)."""
        return np.where(self.late_us[rows] < us, self.late_y[rows], self.y[rows])
