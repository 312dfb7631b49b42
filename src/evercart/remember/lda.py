"""Lda: classes told apart by their means under one covariance, kept as sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.labels.likely import likeliest


class Sums(NamedTuple):
    """What the means and the covariance are made of, with what follows from it."""

    seen: NDArray[np.float64]  # (classes,) weight of the rows learned
    sums: NDArray[np.float64]  # (classes, inputs) of weight * x
    squares: NDArray[np.float64]  # (inputs, inputs) of weight * x xT
    slopes: NDArray[np.float64]  # (classes, inputs)
    offsets: NDArray[np.float64]  # (classes,)


@dataclass(frozen=True)
class Lda:
    """Linear discriminant analysis over all rows ever learned, in whatever order they came, all classes alike likely.

    inputs     columns of x, all numbers
    classes    how many classes there may be
    shrink     the share of the covariance that is that of unit spheres

    No row is kept, none forgotten: the state is sums, so a negative weight takes back what a row taught. A model for
    `ByTick`.

    Source: Hayes and Kanan, "Lifelong machine learning with deep streaming linear discriminant analysis", CVPR
    workshops 2020, section 3.
    """

    inputs: int
    classes: int
    shrink: float = 1e-2

    def __post_init__(self) -> None:
        require(self.inputs >= 1, "lda.inputs", "at least 1", self.inputs)
        require(self.classes >= 2, "lda.classes", "at least 2", self.classes)
        require(0 < self.shrink <= 1, "lda.shrink", "more than 0 and at most 1", self.shrink)

    def start(self) -> Sums:
        """Return sums of nothing."""
        wide, many = np.zeros((self.classes, self.inputs)), np.zeros(self.classes)
        return Sums(many, wide, np.zeros((self.inputs, self.inputs)), wide.copy(), many.copy())

    def scores(self, state: Sums, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log chance of each class but for a constant, (rows, classes); each row for itself."""
        rows = [(state.slopes * row).sum(1) + state.offsets for row in _clean(x)]
        return np.stack(rows) if rows else np.empty((0, self.classes))

    def predict(self, state: Sums, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the likeliest of the classes learned, (rows,)."""
        return likeliest(self.scores(state, x), state.seen)

    def learn(self, state: Sums, x: NDArray[np.float32], y: NDArray[np.float64], weight: NDArray[np.float64]) -> Sums:
        """Return the sums with more rows in them, solved again."""
        known = (y >= 0) & (y < self.classes) & (y == np.floor(y)) & (weight != 0)
        if not known.any():
            return state
        label, rows = y[known].astype(np.int64), _clean(x[known])
        weighed = rows * weight[known, None]
        np.add.at(state.seen, label, weight[known])
        np.add.at(state.sums, label, weighed)
        squares = state.squares + weighed.T @ rows
        return state._replace(squares=squares, **self._solved(state.seen, state.sums, squares))

    def faded(self, state: Sums, keep: float) -> Sums:
        """Return the sums in which every row weighs `keep` times what it did."""
        seen, sums, squares = keep * state.seen, keep * state.sums, keep * state.squares
        return Sums(seen, sums, squares, **self._solved(seen, sums, squares))

    def _solved(
        self, seen: NDArray[np.float64], sums: NDArray[np.float64], squares: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        known = seen > 0
        means = np.where(known[:, None], sums / np.where(known, seen, 1.0)[:, None], 0.0)
        within = (squares - (means * np.where(known, seen, 0.0)[:, None]).T @ means) / max(seen.sum(), 1.0)
        shrunk = (1 - self.shrink) * (within + within.T) / 2 + self.shrink * np.eye(self.inputs)
        slopes = np.ascontiguousarray(np.linalg.solve(shrunk, means.T).T)
        return {"slopes": slopes, "offsets": -0.5 * (slopes * means).sum(1)}


def _clean(x: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return rows in which what is not finite is 0, (rows, inputs)."""
    return np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
