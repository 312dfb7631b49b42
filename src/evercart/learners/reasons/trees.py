"""Trees: what each column adds to what boosted trees say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.learners.reasons.parts import Parts


def tree_parts(booster: Any, x: NDArray[np.float32], names: Sequence[str], *, logistic: bool) -> Parts:
    """Return the parts of a LightGBM booster's raw scores: the mean over its training rows, then Shapley's values.

    booster     of one output
    x           (rows, columns) as it was trained on
    logistic    whether its scores are log odds (objective "binary")

    Source: Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles", 2018,
    algorithm 2, as LightGBM's `pred_contrib` has it.
    """
    found = np.asarray(booster.predict(x, pred_contrib=True, num_threads=1), np.float64)
    return Parts(tuple(names), found[:, -1], found[:, :-1], logistic)
