"""Slate: the candidates of one question on their way to being shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Items = NDArray[np.uint64]
Rows = NDArray[np.int64]


class Purchased(NamedTuple):
    """What one shopper bought of some items.

    last_us   (items,) int64: log time of the last purchase; meaningless where there was none
    times     (items,) int64: purchases that are remembered
    """

    last_us: Rows
    times: Rows


def nothing(items: Items) -> Purchased:
    """Return the purchases of a stranger."""
    return Purchased(np.zeros(len(items), np.int64), np.zeros(len(items), np.int64))


class Asked(NamedTuple):
    """What a policy may know of one question.

    number   names the question, at least 0: equal numbers draw equally
    now_us   log time at which it is put
    user     whom it is about, as a keyed hash; 0: nobody known
    bought   from items to what that shopper bought of them
    """

    number: int
    now_us: int = 0
    user: int = 0
    bought: Callable[[Items], Purchased] = nothing


class Removed(NamedTuple):
    """How many items were taken out, for one reason."""

    reason: str
    items: int


@dataclass(frozen=True)
class Slate:
    """Items best first, with which of them are still in, in the order in which they would be shown.

    item     (offered,) uint64 keyed hashes
    score    (offered,) float64, of the ranker
    k        places that are shown
    seed     of the draws
    order    (still in,) rows of `item`; the first k of them are shown
    chance   (places,) with which each shown item was drawn for its place; () while nothing was drawn
    marks    rows that stand where they do by a part's doing, beside its name
    """

    asked: Asked
    item: Items
    score: NDArray[np.float64]
    k: int
    seed: int
    order: Rows
    removed: tuple[Removed, ...] = ()
    chance: tuple[float, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()

    @property
    def items(self) -> Items:
        """Return the items that are still in, in their order."""
        found: Items = self.item[self.order]
        return found

    def without(self, out: NDArray[np.bool_], reason: str) -> Slate:
        """Return the slate without some of those still in, (still in,), all for one reason."""
        gone = int(np.count_nonzero(out))
        if not gone:
            return self
        return replace(self, order=self.order[~out], removed=(*self.removed, Removed(reason, gone)))

    def led_by(self, first: Rows) -> Slate:
        """Return the slate with these rows in front, the others behind them as they were."""
        others = np.ones(len(self.item), np.bool_)
        others[first] = False
        return replace(self, order=np.concatenate([first, self.order[others[self.order]]]))

    def marked(self, rows: Iterable[int], name: str) -> Slate:
        """Return the slate with a note of which part put rows where they stand."""
        return replace(self, marks=(*self.marks, *((row, name) for row in rows)))


class Part(Protocol):
    """A rule of a policy."""

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate with fewer items, or with others in front."""
        ...
