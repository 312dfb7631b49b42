"""Grown: which items are no longer new, as a container that policies ask."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import cast

from evercart.errors import require
from evercart.hashing import U64
from evercart.learners.neighbours.content_pools import Pools
from evercart.recent import NONE
from evercart.slots import find
from evercart.units import SECOND_US, WEEK_S


@dataclass(frozen=True)
class Grown(Container[int]):
    """The items known for longer than `new_s`, or not at all: the head of a policy that keeps places for new ones.

    `LongTail(2, Grown(state.pools, now_us))` shows the two best new items of whatever was offered.

    now_us    log time of the question
    clicked   whether an item is new from its first click on, rather than from the row that declares it: where a
              whole catalogue was declared at once
    """

    pools: Pools
    now_us: int
    new_s: float = 1 * WEEK_S
    clicked: bool = False

    def __post_init__(self) -> None:
        require(self.new_s > 0, "grown.new_s", "more than 0", self.new_s)

    def __contains__(self, item: object) -> bool:
        slot = find(self.pools.items.keys, U64(cast(int, item)))
        since = "first_us" if self.clicked else "since_us"
        return slot == NONE or self.now_us - int(self.pools.item[since][slot]) >= self.new_s * SECOND_US
