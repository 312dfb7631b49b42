"""Centres: classes told apart by how near a row lies to the mean of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require

Floats = NDArray[np.float64]


class Centred(NamedTuple):
    """The sums that means are made of."""

    sums: Floats  # (classes, inputs) of weight * row; a class that has not come yet has no row
    units: Floats  # (classes, inputs) the sums, each of length 1
    seen: Floats  # (classes,) weight of the labels learned
    usual: Floats  # (classes,) zeros: every class is measured alike


@dataclass(frozen=True)
class Centres:
    """The cosine of a row with the mean of each class; rows are first brought to length 1.

    inputs      columns of x, all numbers
    most        classes there may be

    No row is kept, none forgotten: the state is sums, so a negative weight takes back what a row taught. Cost a row:
    inputs * classes.

    Source: Mensink et al., "Distance-based image classification: generalizing to new classes at near-zero cost",
    TPAMI 35(11), 2013, section 4 (nearest class mean).

    >>> centres = Centres(2)
    >>> state = centres.learn(centres.start(), np.eye(2), np.array([1, 2]), np.ones(2))
    >>> centres.scores(state, np.array([[1.0, 0.0]])).tolist()
    [[0.0, 1.0, 0.0]]
    """

    inputs: int
    most: int = 1_000

    def __post_init__(self) -> None:
        require(self.inputs >= 1, "centres.inputs", "at least 1", self.inputs)
        require(self.most >= 1, "centres.most", "at least 1", self.most)

    @property
    def width(self) -> float:
        """Return how far away a row still is near: that of unit vectors at a right angle, about."""
        return 1.0

    def start(self) -> Centred:
        """Return what is known of no class."""
        none = np.zeros((0, self.inputs))
        return Centred(none, none.copy(), np.zeros(0), np.zeros(0))

    def lifted(self, x: NDArray[np.float32]) -> Floats:
        """Return rows, (rows, inputs), each of length 1; what is not finite is 0."""
        return _units(np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0))

    def scores(self, state: Centred, rows: Floats) -> Floats:
        """Return the cosine of each row with each class's mean, (rows, classes); each row for itself."""
        if not len(rows) or not len(state.seen):
            return np.zeros((len(rows), len(state.seen)))
        return np.stack([(state.units * row).sum(1) for row in rows])

    def evened(self, state: Centred, scores: Floats) -> Floats:
        """Return the scores: means are not higher where a class came more often."""
        return scores

    def learn(self, state: Centred, rows: Floats, label: NDArray[np.int64], weight: Floats) -> Centred:
        """Return the sums with more rows in them; labels that are no class number are left out."""
        known = (label >= 0) & (label < self.most) & (weight != 0)
        if not known.any():
            return state
        rows, label, weight = rows[known], label[known], weight[known]
        more = max(int(label.max()) + 1 - len(state.seen), 0)
        none = np.zeros((more, self.inputs))
        sums, units = np.concatenate([state.sums, none]), np.concatenate([state.units, none])
        seen = np.concatenate([state.seen, np.zeros(more)])
        np.add.at(seen, label, weight)
        np.add.at(sums, label, rows * weight[:, None])
        moved = np.unique(label)
        units[moved] = _units(sums[moved])
        return Centred(sums, units, seen, np.zeros(len(seen)))


def _units(rows: Floats) -> Floats:
    """Return rows of length 1; zeros stay zeros."""
    length = np.sqrt((rows * rows).sum(1))[:, None]
    units: Floats = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return units
