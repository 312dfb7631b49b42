"""Young: places for items that have only just come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evercart.errors import require
from evercart.learners.policies.long_tail import led_by_tail
from evercart.learners.policies.slate import Slate
from evercart.units import SECOND_US, WEEK_S

NAME = "young"


@dataclass(frozen=True)
class Young:
    """Give at least some places to items younger than `younger_s`, as far as there are such candidates.

    The best of them take the places of the last older items on the list; all others stay where they are. What sells,
    what was bought often, is older: the counts behind a score take weeks to grow.

    least      places
    since_us   log time of each item's first row, as `Catalogue.since_us`; may be changed between two answers; an item
               that is not in it is old

    >>> from evercart.learners.policies.policy import Policy
    >>> from evercart.learners.policies.slate import Asked
    >>> policy = Policy((Young(1, {7: 0, 8: 0, 9: 10**12}),), k=2)
    >>> policy.show(np.array([7, 8, 9], np.uint64), np.array([3.0, 2.0, 1.0]), Asked(0, now_us=10**12)).item.tolist()
    [7, 9]
    """

    least: int
    since_us: Mapping[int, int]
    younger_s: float = 1 * WEEK_S

    def __post_init__(self) -> None:
        require(self.least >= 1, "young.least", "at least 1", self.least)
        require(self.younger_s > 0, "young.younger_s", "more than 0", self.younger_s)

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate with enough young items among those shown."""
        oldest_us = slate.asked.now_us - round(self.younger_s * SECOND_US)
        since = self.since_us
        young = np.array([since.get(one, oldest_us) > oldest_us for one in slate.items.tolist()], np.bool_)
        return led_by_tail(slate, young, self.least, NAME)
