"""Gains: by how much one way to rank beats another on the same questions, with an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.compare import Difference, interval
from evercart.units import DAY_US

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FEWEST_DAYS: Final = 5  # below it, days say too little of how they differ
_BLOCKS: Final = 50  # of sessions


class Asked(NamedTuple):
    """The questions that rows of answers belong to; the rows of one question stand together."""

    starts: Ints  # (questions,) where the rows of each begin
    answers: Ints  # (questions,) how many it has

    @classmethod
    def of(cls, number: Ints) -> Asked:
        """Return the questions of rows with these numbers.

        >>> Asked.of(np.array([4, 4, 7])).answers.tolist()
        [2, 1]
        """
        starts = np.flatnonzero(np.diff(number, prepend=number[:1] - 1))
        return cls(starts, np.diff(starts, append=len(number)))

    def __len__(self) -> int:
        return len(self.starts)

    def total(self, values: Floats) -> Floats:
        """Return the sum of each question's rows: (questions,)."""
        return np.add.reduceat(values, self.starts) if len(self) else values[:0]


def recall(rank: NDArray[Any], asked: Asked, cut: int) -> Floats:
    """Return the share of each question's answers among the first `cut`; ranks count from 0, -1 is none.

    >>> recall(np.array([0, 3, -1]), Asked.of(np.array([1, 1, 2])), 3).tolist()
    [0.5, 0.0]
    """
    share: Floats = asked.total(_hit(rank, cut).astype(np.float64)) / asked.answers
    return share


def reciprocal(rank: NDArray[Any], asked: Asked, cut: int) -> Floats:
    """Return 1 / place of the first answer among the first `cut`, else 0: its mean is the MRR."""
    gained = _hit(rank, cut) / (np.maximum(rank, 0) + 1.0)
    return np.maximum.reduceat(gained, asked.starts) if len(asked) else gained[:0]


def discounted(rank: NDArray[Any], asked: Asked, cut: int) -> Floats:
    """Return the sum of 1 / log2(1 + place) over the answers among the first `cut`, as a share of the most possible.

    Its mean is the NDCG; the most possible is that of all answers standing first, at most `cut` of them.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002.
    """
    gained = asked.total(_hit(rank, cut) / np.log2(np.maximum(rank, 0) + 2.0))
    most = np.cumsum(1.0 / np.log2(np.arange(cut) + 2.0))
    share: Floats = gained / most[np.minimum(asked.answers, cut) - 1]
    return share


def _hit(rank: NDArray[Any], cut: int) -> NDArray[np.bool_]:
    return (rank >= 0) & (rank < cut)


GAINS: Final[dict[str, Callable[[NDArray[Any], Asked, int], Floats]]] = {
    "recall": recall,
    "mrr": reciprocal,
    "ndcg": discounted,
}


def means(rank: NDArray[Any], asked: Asked, cuts: Sequence[int]) -> dict[str, float]:
    """Return the mean of each gain at each cut, by name.

    >>> means(np.array([0, 1, -1, -1]), Asked.of(np.arange(4)), (5, 20))["mrr@20"]
    0.375
    """
    if not len(asked):
        return {f"{name}@{cut}": float("nan") for cut in cuts for name in GAINS}
    return {f"{name}@{cut}": float(gain(rank, asked, cut).mean()) for cut in cuts for name, gain in GAINS.items()}


def gained(ours: Floats, theirs: Floats, us: Ints, session: Ints, seed: int = 0) -> Difference:
    """Return the mean of ours minus theirs, with a 95 % interval by bootstrap; NaN where there is too little.

    ours, theirs   (questions,) gains on the same questions
    us             (questions,) log time
    session        (questions,) dense numbers, in the order in which sessions begin

    Drawn are log days; where there are fewer than `FEWEST_DAYS`, blocks of sessions that began one after another.
    """
    gap = ours - theirs
    day = us // DAY_US
    by_day = len(np.unique(day)) >= FEWEST_DAYS
    block = day if by_day else session * _BLOCKS // max(int(session.max(initial=0)) + 1, 1)
    _, at = np.unique(block, return_inverse=True)
    sums, counts = np.bincount(at, gap).astype(np.float64), np.bincount(at)
    mean = float(gap.mean()) if len(gap) else float("nan")
    if len(counts) < FEWEST_DAYS:
        return Difference(mean, float("nan"), float("nan"))
    return Difference(mean, *interval(sums, counts, 1, seed, "bootstrap/gains"))
