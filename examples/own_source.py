"""A source of candidates of your own: what anybody bought last, newest first."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from evercart.events.kinds import number
from evercart.learners.neighbours.candidates import Candidates


class Sold(NamedTuple):
    """What it remembers, newest first; 0 where there is nothing yet."""

    items: np.ndarray


@dataclass(frozen=True)
class JustSold:
    """Offers the items that were bought last; x is how many were bought since."""

    kind: str = "order"
    offered: int = 8
    reads: ClassVar[tuple[str, ...]] = ("item",)
    columns: ClassVar[tuple[str, ...]] = ("since",)
    grain: ClassVar[str] = "event"

    def start(self) -> Sold:
        """Return a memory of nothing."""
        return Sold(np.zeros(self.offered, np.uint64))

    def step(self, state: Sold, woven: Any) -> tuple[Sold, Candidates]:
        """Remember orders, answer questions, in the order of the log."""
        items, found = state.items, [Candidates.room(0, width=1)]
        for question, kind, item in zip(woven["number"], woven.kind, woven["item"], strict=True):
            if question >= 0:
                known = items[items != 0]
                place = np.arange(len(known), dtype=np.float32)
                found.append(Candidates.of(question, known, -place, place[:, None]))
            elif kind == number(self.kind) and item:
                items = np.append(item, items[items != item])[: self.offered]
        return Sold(items), Candidates.concat(found)
