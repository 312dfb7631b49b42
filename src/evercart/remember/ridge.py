"""Ridge: classes told apart by a linear map of random features, which forgets nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal, uniform
from evercart.errors import require
from evercart.labels.likely import likeliest
from evercart.remember.fading import refaded


class Solved(NamedTuple):
    """The solution so far, with the inverse curvature of all that was learned."""

    inverse: NDArray[np.float64]  # (features, features)
    weights: NDArray[np.float64]  # (features, classes)
    seen: NDArray[np.float64]  # (classes,) weight of the labels learned


@dataclass(frozen=True)
class Ridge:
    """Ridge regression from random Fourier features to a one-hot label, solved again at each tick, exactly.

    inputs      columns of x, all numbers, of a scale near 1
    classes     how many classes there may be
    features    random features: cos(w x + b), w normal, so that their product is about a Gaussian kernel
    width       of the kernel, in units of x
    ridge       what is added to the curvature

    The weights are those of one regression over all rows ever learned, in whatever order they came: no row is kept,
    none forgotten. Cost a row: features^2. A model for `ByTick`; a negative weight takes back what a row taught.

    Source: Rahimi and Recht, "Random features for large-scale kernel machines", NIPS 2007, algorithm 1; Zhuang et
    al., "ACIL: analytic class-incremental learning with absolute memorization and privacy protection", NeurIPS 2022,
    theorem 1; McDonnell et al., "RanPAC: random projections and pre-trained models for continual learning", NeurIPS
    2023, section 4.
    """

    inputs: int
    classes: int
    features: int = 512
    width: float = 1.0
    ridge: float = 0.1
    seed: int = 1

    def __post_init__(self) -> None:
        require(self.inputs >= 1, "ridge.inputs", "at least 1", self.inputs)
        require(self.classes >= 2, "ridge.classes", "at least 2", self.classes)
        require(1 <= self.features <= 1 << 14, "ridge.features", "1 to 16384", self.features)
        require(self.width > 0, "ridge.width", "more than 0", self.width)
        require(0 < self.ridge < np.inf, "ridge.ridge", "more than 0 and finite", self.ridge)

    @cached_property
    def _drawn(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the features' directions, (features, inputs), and phases, (features,)."""
        places = np.arange(self.features * self.inputs).reshape(self.features, self.inputs)
        directions = normal(self.seed, places, "ridge/direction") / self.width
        return directions, 2 * np.pi * uniform(self.seed, np.arange(self.features), "ridge/phase")

    def start(self) -> Solved:
        """Return weights of zero."""
        inverse = np.eye(self.features) / self.ridge
        return Solved(inverse, np.zeros((self.features, self.classes)), np.zeros(self.classes))

    def lifted(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the random features of rows, (rows, features); each row for itself, to the last bit."""
        directions, phases = self._drawn
        given = np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
        sums = np.stack([(directions * row).sum(1) for row in given]) if len(given) else np.empty((0, self.features))
        lifted: NDArray[np.float64] = np.sqrt(2.0 / self.features) * np.cos(sums + phases)
        return lifted

    def scores(self, state: Solved, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return how much each row looks like each class, (rows, classes)."""
        columns = np.ascontiguousarray(state.weights.T)
        rows = [(columns * row).sum(1) for row in self.lifted(x)]
        return np.stack(rows) if rows else np.empty((0, self.classes))

    def predict(self, state: Solved, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the likeliest of the classes learned, (rows,)."""
        return likeliest(self.scores(state, x), state.seen)

    def faded(self, state: Solved, keep: float) -> Solved:
        """Return the solution in which every row weighs `keep` times what it did."""
        inverse, weights = refaded(state.inverse, state.weights, self.ridge, keep)
        return Solved(inverse, weights, keep * state.seen)

    def learn(
        self, state: Solved, x: NDArray[np.float32], y: NDArray[np.float64], weight: NDArray[np.float64]
    ) -> Solved:
        """Return the solution with more rows in it (Woodbury's formula, a block of rows at once)."""
        known = (y >= 0) & (y < self.classes) & (y == np.floor(y)) & (weight != 0)
        if not known.any():
            return state
        label, weight = y[known].astype(np.int64), weight[known]
        rows, target = self.lifted(x[known]), np.zeros((len(label), self.classes))
        target[np.arange(len(label)), label] = 1.0
        along = state.inverse @ rows.T
        gain = np.linalg.solve((np.diag(1.0 / weight) + rows @ along).T, along.T).T
        inverse = state.inverse - gain @ along.T
        weights = state.weights + gain @ (target - rows @ state.weights)
        np.add.at(state.seen, label, weight)
        return Solved((inverse + inverse.T) / 2, weights, state.seen)
