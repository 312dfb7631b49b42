"""Fading: what was learned longer ago weighs less."""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

S = TypeVar("S")
Floats = NDArray[np.float64]


@runtime_checkable
class Fades(Protocol[S]):
    """A learner, or a model for `ByTick`, whose state can be made to weigh less."""

    def faded(self, state: S, keep: float) -> S:
        """Return the state in which all that was learned weighs `keep` times what it did; the one given stays."""
        ...


def refaded(inverse: Floats, weights: Floats, ridge: float, keep: float) -> tuple[Floats, Floats]:
    """Return inverse curvature and solution of a ridge regression whose rows weigh `keep` times what they did.

    inverse    (features, features) of the curvature, ridge included, which does not fade
    weights    (features, classes)

    >>> refaded(np.array([[0.1]]), np.array([[0.9]]), 1.0, 0.5)  # nine rows of 1 with label 1: four and a half of them
    (array([[0.18181818]]), array([[0.81818182]]))
    """
    curvature = np.linalg.inv(inverse)
    less = keep * curvature + (1 - keep) * ridge * np.eye(len(inverse))
    now = np.linalg.inv(less)
    return (now + now.T) / 2, now @ (keep * (curvature @ weights))
