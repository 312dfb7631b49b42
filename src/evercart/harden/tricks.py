"""Tricks: what a payment made again looks like, in columns of X."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column, chosen

X = NDArray[np.float32]


class Trick(NamedTuple):
    """One way to make a question again, by names of columns.

    taken    columns that become those of another question, all of the same one
    moved    pairs: a column, the column of the same question whose value it takes
    least    pairs: a column, what it is at least
    """

    name: str
    taken: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    least: tuple[tuple[str, float], ...] = ()

    def also(self, other: Trick) -> Trick:
        """Return the trick of doing both.

        >>> Trick("split", least=(("count", 2.0),)).also(Trick("other place", ("rate",))).name
        'split, other place'
        """
        taken, moved, least = self.taken + other.taken, self.moved + other.moved, self.least + other.least
        return Trick(f"{self.name}, {other.name}", taken, moved, least)


@dataclass(frozen=True)
class Changed:
    """X after a trick.

    >>> made = Changed((Column("rate"), Column("amount")), Trick("other place", ("rate",)))
    >>> made(np.array([[0.5, 7.0]], np.float32), np.array([[0.25, 2.0]], np.float32)).tolist()
    [[0.25, 7.0]]
    """

    columns: Sequence[Column]
    trick: Trick

    def __call__(self, x: X, other: X) -> X:
        """Return the questions made again, (rows, columns).

        other    (rows, columns) those that columns are taken from
        """
        made, trick = x.copy(), self.trick
        taken = list(chosen(self.columns, trick.taken))
        made[:, taken] = other[:, taken]
        into, source = ([pair[side] for pair in trick.moved] for side in (0, 1))
        made[:, chosen(self.columns, into)] = x[:, chosen(self.columns, source)]
        for name, least in trick.least:
            (at,) = chosen(self.columns, [name])
            made[:, at] = np.maximum(made[:, at], np.float32(least))
        return made
