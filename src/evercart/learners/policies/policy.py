"""Policy: rules, one after the other, that turn ranked candidates into the list that is shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.policies.explore import Explore
from evercart.learners.policies.slate import Asked, Items, Part, Removed, Rows, Slate


@dataclass(frozen=True)
class Shown:
    """A list as it is shown, one entry a place.

    row      (places,) int64: where among the candidates each item stood
    item     (places,) uint64
    score    (places,) float64
    chance   (places,) float64: with which this item was drawn for this place; 1 where nothing was drawn
    mark     which part put it there by its own rule, "" for the ranker's order
    removed  what was taken out before, by reason
    empty    why there is nothing; "" where there is something
    """

    row: Rows
    item: Items
    score: NDArray[np.float64]
    chance: NDArray[np.float64]
    mark: tuple[str, ...]
    removed: tuple[Removed, ...] = ()
    empty: str = ""

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True)
class Policy:
    """Rules in their order, then the first `k` of what is left.

    parts    filters, ways to reorder; what draws by chance stands last, or its chances would not hold
    k        places
    seed     of the draws

    >>> shown = Policy(k=2).show(np.array([7, 8, 9], np.uint64), np.array([3.0, 1.0, 2.0]), Asked(0))
    >>> shown.item.tolist(), shown.chance.tolist()
    ([7, 9], [1.0, 1.0])
    """

    parts: tuple[Part, ...] = ()
    k: int = 10
    seed: int = 1

    def __post_init__(self) -> None:
        require(self.k >= 1, "policy.k", "at least 1", self.k)
        for part in self.parts[:-1]:
            rule = "what draws by chance to stand last"
            require(not isinstance(part, Explore), "policy.parts", rule, type(part).__name__)

    def show(self, item: Items, score: NDArray[np.float64], asked: Asked, k: int | None = None) -> Shown:
        """Return what is shown of candidates, (offered,) items with their scores, in any order.

        k    places, where a question wants others than the policy
        """
        places = self.k if k is None else k
        require(places >= 1, "k", "at least 1", places)
        order = np.lexsort((item, -score))
        slate = Slate(asked, item, score, places, self.seed, order)
        for part in self.parts:
            slate = part(slate)
        return _shown(slate)


def _shown(slate: Slate) -> Shown:
    row = slate.order[: slate.k]
    chance = np.ones(len(row))
    chance[: len(slate.chance)] = slate.chance
    marks = dict(slate.marks)
    mark = tuple(marks.get(at, "") for at in row.tolist())
    return Shown(row, slate.item[row], slate.score[row], chance, mark, slate.removed, _why_empty(slate))


def _why_empty(slate: Slate) -> str:
    if len(slate.order):
        return ""
    if not len(slate.item):
        return "no candidates: nothing is known yet that could be shown"
    said = ", ".join(f"{one.items:,} {one.reason}" for one in slate.removed)
    return f"all {len(slate.item):,} candidates were filtered: {said}"
