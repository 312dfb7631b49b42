"""Similar: ways to say how alike the items of a list are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.learners.policies.slate import Items

Alike = NDArray[np.float64]
Similar = Callable[[Items], Alike]  # (items,) -> (items, items) in [0, 1]


@dataclass(frozen=True)
class SameKey:
    """1 where two items share a category, a brand, a series; 0 where they do not, or one has none.

    of    from an item to its key

    >>> SameKey({1: 7, 2: 7, 3: 8})(np.array([1, 2, 3], np.uint64))[0].tolist()
    [1.0, 1.0, 0.0]
    """

    of: Mapping[int, int]

    def __call__(self, items: Items) -> Alike:
        """Return which items share their key."""
        key = np.array([self.of.get(one, 0) for one in items.tolist()], np.uint64)
        same: Alike = ((key[:, None] == key) & (key != 0)).astype(np.float64)
        return same


@dataclass(frozen=True)
class Cosine:
    """The cosine of two items' vectors, where it is above 0; an item without a vector is like no other.

    of    from an item to its vector, all of one length
    """

    of: Mapping[int, NDArray[np.float32]]

    def __call__(self, items: Items) -> Alike:
        """Return the cosines."""
        known = [self.of.get(one) for one in items.tolist()]
        width = next((len(one) for one in known if one is not None), 1)
        rows = np.array([np.zeros(width) if one is None else one for one in known], np.float64).reshape(-1, width)
        norm = np.sqrt((rows * rows).sum(axis=1))
        rows /= np.where(norm > 0, norm, 1.0)[:, None]
        cosine: Alike = np.clip(rows @ rows.T, 0.0, 1.0)
        return cosine


@dataclass(frozen=True)
class SharedNeighbours:
    """The share of their neighbours that two items have in common (Jaccard).

    of    from an item to the items that go with it

    >>> SharedNeighbours({1: {5, 6}, 2: {6}})(np.array([1, 2], np.uint64))[0].tolist()
    [1.0, 0.5]
    """

    of: Mapping[int, Collection[int]]

    def __call__(self, items: Items) -> Alike:
        """Return the shares."""
        near = [set(self.of.get(one, ())) for one in items.tolist()]
        shares = [[len(one & other) / max(len(one | other), 1) for other in near] for one in near]
        return np.array(shares, np.float64).reshape(len(items), len(items))
