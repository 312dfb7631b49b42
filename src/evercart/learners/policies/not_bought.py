"""Not bought: a filter for what the shopper has just bought."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np

from evercart.errors import require
from evercart.learners.policies.slate import Slate
from evercart.units import DAY_S, SECOND_US

REASON = "bought already"


@dataclass(frozen=True)
class NotBought:
    """Leave out what the shopper bought lately, unless it is bought again, again.

    within_s   time since the last purchase in which an item is left out
    often      purchases of one shopper from which on an item counts as bought regularly: it stays in
    regular    items that stay in for everyone, such as milk; may be changed between two answers
    """

    within_s: float = 90 * DAY_S
    often: int = 3
    regular: Container[int] = field(default=frozenset())

    def __post_init__(self) -> None:
        require(self.within_s > 0, "not_bought.within_s", "more than 0", self.within_s)
        require(self.often >= 2, "not_bought.often", "at least 2", self.often)

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate without what was bought lately."""
        items = slate.items
        last_us, times = slate.asked.bought(items)
        out = (times > 0) & (times < self.often) & (slate.asked.now_us - last_us <= self.within_s * SECOND_US)
        for at in np.flatnonzero(out):
            out[at] = int(items[at]) not in self.regular
        return slate.without(out, REASON)
