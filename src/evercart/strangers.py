"""Strangers: questions about somebody of whom no source knows anything, for which popularity alone speaks.

A ranker learns from sessions that go on, so it was never taught what to make of one that has not begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from evercart.learners.reasons.evidence import is_browsed, said

X = NDArray[np.float32]


@dataclass(frozen=True)
class Strangers:
    """How a stranger's candidates are told.

    silent    columns of x that are 0 in every row, where nobody is known
    popular   the column that orders the candidates then; None: a ranker is all there is
    """

    silent: tuple[int, ...]
    popular: int | None

    @classmethod
    def of(cls, sources: Sequence[Any]) -> Self:
        """Return how they are told among candidates of these sources, as `unite` puts them beside each other.

        >>> from evercart.learners.neighbours.repeats import Repeats
        >>> Strangers.of([Repeats()]).popular is None
        True
        """
        silent, popular, at = [], [], 0
        for source in sources:
            columns = said(source, alone=len(sources) == 1)
            if is_browsed(columns):
                # "leaves" is 0 only where no item is the last one
                silent.append(at + columns.index("leaves"))
                popular.append(at + columns.index("popular_now"))
            elif "log_days_apart" in columns and "nearness" in columns:  # own purchases
                silent.append(at + columns.index("nearness"))
            at += len(columns)
        return cls(tuple(silent), next(iter(popular), None))

    def score(self, x: X) -> NDArray[np.float64] | None:
        """Return the scores of a stranger's candidates, (rows,); None for candidates of somebody else."""
        if self.popular is None or x[:, list(self.silent)].any():
            return None
        return x[:, self.popular].astype(np.float64)
