"""Long tail: places for what is not among the shop's best-known items."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.policies.slate import Slate

NAME = "long tail"


@dataclass(frozen=True)
class LongTail:
    """Give at least some places to items outside the head, as far as there are such candidates.

    The best of them take the places of the last head items on the list; all others stay where they are.

    least   places
    head    the best-known items; may be changed between two answers
    """

    least: int
    head: Container[int]

    def __post_init__(self) -> None:
        require(self.least >= 1, "long_tail.least", "at least 1", self.least)

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate with enough of the tail among those shown."""
        tail = np.array([one not in self.head for one in slate.items.tolist()], np.bool_)
        return led_by_tail(slate, tail, self.least, NAME)


def led_by_tail(slate: Slate, tail: NDArray[np.bool_], least: int, name: str) -> Slate:
    """Return the slate with at least so many of some items, (still in,), among those shown, marked by a name."""
    shown = slate.order[: slate.k].copy()
    missing = min(least, len(shown)) - int(np.count_nonzero(tail[: slate.k]))
    lifted = slate.order[slate.k :][tail[slate.k :]][: max(missing, 0)]
    if not len(lifted):
        return slate
    shown[np.flatnonzero(~tail[: slate.k])[-len(lifted) :]] = lifted
    return slate.led_by(shown).marked(lifted.tolist(), name)
