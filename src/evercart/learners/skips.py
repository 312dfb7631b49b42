"""Skips: how many steps a learner left out because they led to what is not finite."""

from __future__ import annotations

from typing import Any


def skips(state: Any) -> int:
    """Return the steps that all learners within a state left out: the sum of what is named `skipped` in it.

    >>> import numpy as np
    >>> from evercart.learners.deep.deep import Counts
    >>> skips((np.zeros(3), Counts(np.array([9]), np.array([2]), np.array([0]))))
    2
    """
    if not isinstance(state, tuple):
        return 0
    own = getattr(state, "skipped", None)
    return (0 if own is None else int(own.sum())) + sum(map(skips, state))
