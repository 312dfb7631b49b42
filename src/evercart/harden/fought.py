"""Fought: what attacks on its lessons did to a learner, counted before it learned them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Fought(NamedTuple):
    """Decayed sums over lessons, each (1,)."""

    weight: NDArray[np.float64]
    clean: NDArray[np.float64]  # mean losses
    struck: NDArray[np.float64]  # mean losses under attack

    def add(self, clean: float, struck: float, keep: float) -> None:
        """Count a lesson, in place; one whose losses are no numbers is left out."""
        if np.isfinite(clean) and np.isfinite(struck):
            for total, one in zip(self, (1.0, clean, struck), strict=True):
                total *= keep
                total += one

    def losses(self) -> tuple[float, float] | None:
        """Return the mean loss of clean rows, then that of attacked ones; None before the first lesson."""
        if not self.weight.any():
            return None
        return float(self.clean[0] / self.weight[0]), float(self.struck[0] / self.weight[0])


def fought(state: Any) -> tuple[float, float] | None:
    """Return the losses of the first hardened learner within a state of any learner; None where there is none.

    >>> fought((np.zeros(1), Fought(np.ones(1), np.array([0.25]), np.array([0.5]))))
    (0.25, 0.5)
    """
    if isinstance(state, Fought):
        return state.losses()
    parts = state if isinstance(state, tuple) else ()
    return next((found for found in map(fought, parts) if found is not None), None)
