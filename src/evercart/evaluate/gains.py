"""Gains: by how much one way to rank beats another on the same questions, with an interval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.compare import Difference, interval
from evercart.units import DAY_US

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FEWEST_DAYS: Final = 5  # below it, days say too little of how they differ
_BLOCKS: Final = 50  # of sessions


def recall(rank: NDArray[Any], cut: int) -> Floats:
    """Return 1 for each question whose answer is among the first `cut`, else 0; ranks count from 0, -1 is none.

    >>> recall(np.array([0, 3, -1]), 3).tolist()
    [1.0, 0.0, 0.0]
    """
    return _hit(rank, cut).astype(np.float64)


def reciprocal(rank: NDArray[Any], cut: int) -> Floats:
    """Return 1 / place of each answer among the first `cut`, else 0: its mean is the MRR."""
    gained: Floats = _hit(rank, cut) / (np.maximum(rank, 0) + 1.0)
    return gained


def discounted(rank: NDArray[Any], cut: int) -> Floats:
    """Return 1 / log2(1 + place) of each answer among the first `cut`, else 0: its mean is the NDCG of one truth."""
    gained: Floats = _hit(rank, cut) / np.log2(np.maximum(rank, 0) + 2.0)
    return gained


def _hit(rank: NDArray[Any], cut: int) -> NDArray[np.bool_]:
    return (rank >= 0) & (rank < cut)


GAINS: Final[dict[str, Callable[[NDArray[Any], int], Floats]]] = {
    "recall": recall,
    "mrr": reciprocal,
    "ndcg": discounted,
}


def means(rank: NDArray[Any], cut: int) -> dict[str, float]:
    """Return the mean of each gain, by name.

    >>> means(np.array([0, 1, -1, -1]), 20)["mrr@20"]
    0.375
    """
    return {f"{name}@{cut}": float(gain(rank, cut).mean()) for name, gain in GAINS.items()}


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
