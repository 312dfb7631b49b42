"""Answers: which events settle a question, with what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evercart.errors import require
from evercart.events.batch import DTYPES
from evercart.events.kinds import number as kind_number


@dataclass(frozen=True)
class Answer:
    """Rows of one kind that answer the questions asked about the same key.

    how      "yes": one such row within the window makes the label 1, silence makes it 0;
             "total": the label is the sum of a column over such rows within the window
    scale    of the sum's label: cents to dollars is 0.01
    """

    kind: str
    by: str
    how: Literal["yes", "total"]
    column: str = ""
    scale: float = 1.0

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(DTYPES.get(self.by) == np.uint64, "answer.by", "a hashed column", self.by)
        if self.how == "total":
            require(DTYPES.get(self.column) == np.int64, "answer.column", "an integer column", self.column)
        require(self.scale > 0, "answer.scale", "more than 0", self.scale)


def yes(kind: str, by: str = "user") -> Answer:
    """Say 1 at once when a row of the kind comes, 0 when the window closes in silence.

    >>> yes("order").how
    'yes'
    """
    return Answer(kind, by, "yes")


def total(kind: str, column: str, by: str = "user", scale: float = 1.0) -> Answer:
    """Say the sum of a column over the rows of the kind, when the window closes.

    >>> total("order", "amount", scale=0.01).column
    'amount'
    """
    return Answer(kind, by, "total", column, scale)
