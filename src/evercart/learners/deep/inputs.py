"""Inputs: what a module's row is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel


class Inputs(int):
    """How many numbers a row has: those of number columns first, then the embedded slots, column by column.

    As an int it is their sum, which is all that a network needs that treats them alike.

    >>> given = Inputs(3, fields=2, width=8)
    >>> given, given.numbers, given.fields, given.width
    (19, 3, 2, 8)
    """

    numbers: int  # number columns
    fields: int  # slot columns
    width: int  # numbers that stand for one slot

    def __new__(cls, numbers: int, fields: int = 0, width: int = 0) -> Inputs:
        """Return the sum, with its parts."""
        made = super().__new__(cls, numbers + fields * width)
        made.numbers, made.fields, made.width = numbers, fields, width
        return made


@kernel
def finite(x: NDArray[Any], places: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return some columns of x, (rows, columns), as (rows, places), with 0 for what is not finite."""
    out = np.zeros((len(x), len(places)), np.float32)
    for row in range(len(x)):
        for at in range(len(places)):
            value = np.float32(x[row, places[at]])
            if np.isfinite(value):
                out[row, at] = value
    return out
