"""Answers: which events settle a question, with what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evercart.errors import require
from evercart.events.batch import DTYPES
from evercart.events.kinds import number as kind_number


@dataclass(frozen=True)
class Answer:
    """Rows of one kind that answer the questions asked about the same key.

    column    summed over such rows within the window; none: the rows are counted
    scale     of the label: cents to dollars is 0.01
    most      the label is at most this, after scaling
    at_once   the first such row makes the label 1 when it comes; else the label is said when the window closes
    says      such a row says what the label is, 0 or 1 in its column, when it comes; the last one that is logged holds
    apart     only questions about this very kind are answered: their column `about` holds its number
    """

    kind: str
    by: str = "user"
    column: str = ""
    scale: float = 1.0
    most: float = float("inf")
    at_once: bool = False
    apart: bool = False
    says: bool = False

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(DTYPES.get(self.by) == np.uint64, "answer.by", "a hashed column", self.by)
        if self.column:
            require(DTYPES.get(self.column) == np.int64, "answer.column", "an integer column", self.column)
        require(self.scale > 0, "answer.scale", "more than 0", self.scale)
        require(self.most > 0, "answer.most", "more than 0", self.most)
        if self.at_once:
            plain = ("" if self.says else self.column, self.scale, self.most) == ("", 1.0, 1.0)
            require(plain, "answer.at_once", "a plain yes, without column or scale", self.column or self.scale)
        whole = not self.says or (self.at_once and self.column != "")
        require(whole, "answer.says", "a column, at once", self.column or "none")


def yes(kind: str, by: str = "user", *, at_once: bool = True, apart: bool = False) -> Answer:
    """Say 1 where a row of the kind comes within the window, 0 where the window closes in silence.

    at_once    whether a 1 is learned when it comes. Then the newest labels are all 1, for as long as a window
               is open, which pulls a fast learner up; at the close both come equally late.
    apart      see `Answer`

    >>> yes("order").at_once
    True
    """
    return Answer(kind, by, most=1.0, at_once=at_once, apart=apart)


def says(kind: str, column: str, by: str = "user") -> Answer:
    """Say what a row's column says, 0 or 1, when the row comes: a reviewer's verdict.

    Where any answer of an app says, a question stays open to change until its window has closed and `late_s` is over:
    of two answers the later one in the log holds, as a correction.

    >>> says("resolved", "fraud", by="ref").column
    'fraud'
    """
    return Answer(kind, by, column, most=1.0, at_once=True, says=True)


def total(kind: str, column: str, by: str = "user", *, scale: float = 1.0, most: float = float("inf")) -> Answer:
    """Say the sum of a column over the rows of the kind, when the window closes.

    >>> total("order", "amount", scale=0.01).column
    'amount'
    """
    return Answer(kind, by, column, scale, most)
