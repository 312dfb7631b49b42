"""Drawn payments, for tests of what is remembered of them."""

from __future__ import annotations

import numpy as np

from evercart.events.batch import Events
from evercart.units import MISSING


def payments_of(rows: int, seed: int, first_us: int = 0) -> Events:
    """Return payments of fifty payers at twenty places, one in ten answered by a chargeback, no question."""
    rng = np.random.default_rng(seed)
    answers = rng.random(rows) < 0.1
    ids = np.arange(1, rows + 1) + seed * 10**6
    return Events.of(
        kind=np.where(answers, 22, 21),
        logged_us=first_us + np.cumsum(rng.integers(0, 10**10, rows)),
        user=np.where(answers, 0, rng.integers(1, 51, rows)),
        place=np.where(answers, 0, rng.integers(1, 21, rows)),
        amount=np.where(answers, MISSING, rng.integers(100, 90_000, rows)),
        id=ids,
        ref=np.where(answers, ids - rng.integers(1, 30, rows), 0),
        fraud=np.full(rows, MISSING),
        number=np.full(rows, -1),
    )
