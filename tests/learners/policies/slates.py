"""Slates for tests of what acts on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evercart.learners.policies.slate import Asked, Slate


def slate(scores: Sequence[float], k: int = 3, asked: Asked | None = None, seed: int = 1) -> Slate:
    """Return items 1, 2, … with scores that fall."""
    item = np.arange(1, len(scores) + 1).astype(np.uint64)
    score = np.array(scores, np.float64)
    return Slate(asked or Asked(0), item, score, k, seed, np.argsort(-score, kind="stable"))


def shown(one: Slate) -> list[int]:
    """Return the items of a slate that are shown."""
    return [int(item) for item in one.items[: one.k]]
