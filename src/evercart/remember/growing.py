"""Growing: a ridge regression on lifted rows whose classes may come at any time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.remember.fading import refaded
from evercart.remember.lifting import lifted, phases, signs, size_for

Floats = NDArray[np.float64]
_STRIPE: Final = 256  # features moved at once: room for all would be asked for at each tick
_LATELY: Final = 50  # rows of a class that its usual score is of; so many later, it counts half
_FLOOR: Final = 0.05  # of a usual score: a class hardly known must not shout


class Grown(NamedTuple):
    """The solution so far, with the inverse curvature of all that was learned."""

    inverse: Floats  # (features, features)
    weights: Floats  # (classes, features); a class that has not come yet has no row
    seen: Floats  # (classes,) weight of the labels learned
    usual: Floats  # (classes,) the mean score for their own class that its last rows would have had, had they not come


@dataclass(frozen=True)
class Growing:
    """Ridge regression from structured random features to a one-hot label, solved again at each tick, exactly.

    inputs      columns of x, all numbers
    features    cosines, which make up a Gaussian kernel
    width       of the kernel, in units of x
    ridge       what is added to the curvature
    most        classes there may be

    The weights are those of one regression over all rows ever learned, in whatever order they came; a class that
    comes later begins with the zeros it would have had from the start. No row is kept, none forgotten; a negative
    weight takes back what a row taught. Cost a row: features^2; the state: features^2.

    Least squares favours what is frequent: with twenty rows among thousands a class scores low everywhere. So guesses
    go by `evened` scores, for which nothing is solved anew.

    Source: Zhuang et al., "ACIL: analytic class-incremental learning with absolute memorization and privacy
    protection", NeurIPS 2022, theorem 1; McDonnell et al., "RanPAC: random projections and pre-trained models for
    continual learning", NeurIPS 2023, section 4; Rifkin and Lippert, "Notes on regularized least squares", MIT CSAIL
    2007, section 3 (rows left out).
    """

    inputs: int
    features: int = 2048
    width: float = 1.0
    ridge: float = 0.1
    most: int = 10_000
    seed: int = 1

    def __post_init__(self) -> None:
        require(self.inputs >= 1, "growing.inputs", "at least 1", self.inputs)
        require(1 <= self.features <= 1 << 14, "growing.features", "1 to 16384", self.features)
        require(self.width > 0, "growing.width", "more than 0", self.width)
        require(0 < self.ridge < np.inf, "growing.ridge", "more than 0 and finite", self.ridge)
        require(self.most >= 1, "growing.most", "at least 1", self.most)

    @cached_property
    def _drawn(self) -> tuple[Floats, Floats]:
        size = size_for(self.inputs)
        return signs(self.seed, -(-self.features // size), size), phases(self.seed, self.features)

    def start(self) -> Grown:
        """Return what is known of no class."""
        return Grown(np.eye(self.features) / self.ridge, np.zeros((0, self.features)), np.zeros(0), np.zeros(0))

    def lifted(self, x: NDArray[np.float32]) -> Floats:
        """Return the features of rows, (rows, features); each row for itself, to the last bit."""
        return lifted(x, self.width, *self._drawn)

    def scores(self, state: Grown, rows: Floats) -> Floats:
        """Return how much each lifted row looks like each class, (rows, classes); each row for itself."""
        if not len(rows) or not len(state.seen):
            return np.zeros((len(rows), len(state.seen)))
        return np.stack([(state.weights * row).sum(1) for row in rows])

    def evened(self, state: Grown, scores: Floats) -> Floats:
        """Return scores by what is usual for rows of each class, (rows, classes).

        The more rows a class has had, the less: what it lacks in score is then told by the rows themselves, it lies
        among others. The less is usual for all, the less, too: while everything is new, what is usual is mere chance.
        """
        usual, seen = np.maximum(state.usual, 0.0), np.maximum(state.seen, 0.0)
        settled = min(float((usual * seen).sum() / max(seen.sum(), 1.0)), 1.0)
        return scores / (_FLOOR + usual) ** (settled * _LATELY / (_LATELY + seen))

    def learn(self, state: Grown, rows: Floats, label: NDArray[np.int64], weight: Floats) -> Grown:
        """Return the solution with more lifted rows in it; labels that are no class number are left out."""
        known = (label >= 0) & (label < self.most) & (weight != 0)
        for which in (known & (weight > 0), known & (weight < 0)):
            if which.any():
                state = self._moved(state, rows[which], label[which], weight[which])
        return state

    def faded(self, state: Grown, keep: float) -> Grown:
        """Return the solution in which every row weighs `keep` times what it did."""
        inverse, weights = refaded(state.inverse, state.weights.T, self.ridge, keep)
        return Grown(inverse, np.ascontiguousarray(weights.T), keep * state.seen, state.usual)

    def _moved(self, state: Grown, rows: Floats, label: NDArray[np.int64], weight: Floats) -> Grown:
        """Return the solution after rows whose weights have one sign (Woodbury's formula, all at once)."""
        more, sign = max(int(label.max()) + 1 - len(state.seen), 0), 1.0 if weight[0] > 0 else -1.0
        seen = np.concatenate([state.seen, np.zeros(more)])
        weights = np.concatenate([state.weights, np.zeros((more, self.features))])
        np.add.at(seen, label, weight)
        target = np.zeros((len(label), len(seen)))
        target[np.arange(len(label)), label] = 1.0
        along = state.inverse @ rows.T
        among = np.diag(1.0 / np.abs(weight)) + sign * (rows @ along)
        root = np.linalg.cholesky((among + among.T) / 2)
        half = np.linalg.solve(root, along.T)  # (rows, features)
        gaps = np.linalg.solve(root, target - rows @ weights.T)
        usual = np.concatenate([state.usual, np.zeros(more)])
        if sign > 0:
            usual = _moved_usual(usual, seen, label, _left_out(root, gaps, label))
        weights += sign * (gaps.T @ half)
        for first in range(0, self.features, _STRIPE):
            state.inverse[first : first + _STRIPE] -= sign * (half[:, first : first + _STRIPE].T @ half)
        return Grown(state.inverse, weights, seen, usual)


def _left_out(root: NDArray[np.floating[Any]], gaps: NDArray[np.floating[Any]], label: NDArray[np.int64]) -> Floats:
    """Return each row's score for its own class, had all the others been learned, (rows,)."""
    back = np.linalg.inv(root)
    own: Floats = 1.0 - (back * gaps[:, label]).sum(0) / (back * back).sum(0)
    return own


def _moved_usual(usual: Floats, seen: Floats, label: NDArray[np.int64], own: Floats) -> Floats:
    """Return the mean of each class's last rows, moved by more of them."""
    rows = np.bincount(label, minlength=len(usual)).astype(np.float64)
    sums = np.bincount(label, own, minlength=len(usual))
    lately = np.maximum(rows, np.minimum(seen, _LATELY))
    return np.where(rows > 0, usual + (sums - rows * usual) / np.maximum(lately, 1.0), usual)
