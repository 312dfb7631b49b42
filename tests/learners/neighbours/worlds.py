"""Small logs of clicks, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evercart.events.batch import Events
from evercart.units import SECOND_US

VIEW, DECISION = 1, 7


def log(rows: Sequence[tuple[int, int, int]]) -> Events:
    """Return (session, item, second) rows; an item below 0 is a question of the session standing at that item."""
    session, item, second = (np.array(column) for column in zip(*rows, strict=True))
    asked = item < 0
    return Events.of(
        kind=np.where(asked, DECISION, VIEW),
        logged_us=second * SECOND_US,
        session=session,
        item=np.abs(item),
        number=np.where(asked, np.cumsum(asked) - 1, -1),
    )


def random_log(rows: int, seed: int, sessions: int = 12, items: int = 9) -> Events:
    """Return clicks with a question after every third."""
    rng = np.random.default_rng(seed)
    out = []
    for second in range(rows):
        click = int(rng.integers(1, sessions)), int(rng.integers(1, items)), second
        out.append(click)
        if second % 3 == 0:
            out.append((click[0], -click[1], second))
    return log(out)
