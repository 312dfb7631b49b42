"""Forest: components of a growing graph as a union-find, with what is known of each.

Source: Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31(2), 1984: linking
by size with path halving, so that an operation takes next to constant time.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel, lean
from evercart.slots import Slots, add, find, reserve, slots, tall

_NONE: Final = -1


class Forest(NamedTuple):
    """Nodes by slot; what is known of a component stands at its root."""

    nodes: Slots
    parent: NDArray[np.int64]  # (capacity,) a node's parent + 1; 0: it is a root
    size: NDArray[np.int64]  # (capacity,) nodes of a root's component
    owners: NDArray[np.int64]  # nodes that pay
    payments: NDArray[np.int64]
    frauds: NDArray[np.int64]

    def packed(self) -> Forest:
        """Drop spare room."""
        size = self.nodes.size
        return Forest(self.nodes.packed(), *(column[:size] for column in self[1:]))

    def unpacked(self) -> Forest:
        """Make room again."""
        return self._replace(nodes=self.nodes.unpacked())._tall()

    def roomy(self, more: int) -> Forest:
        """Return the forest with room for so many further nodes."""
        return self._replace(nodes=reserve(self.nodes, more))._tall()

    def _tall(self) -> Forest:
        return Forest(self.nodes, *(tall(column, len(self.nodes.keys)) for column in self[1:]))


def forest() -> Forest:
    """Return a forest without a node."""
    return Forest(slots(), *(np.zeros(0, np.int64) for _ in range(5)))._tall()


@lean
def root_of(trees: Forest, node: int) -> int:
    """Return the root of a node, each second one on the way hung up higher."""
    while trees.parent[node] != 0:
        above = trees.parent[node] - 1
        if trees.parent[above] != 0:
            trees.parent[node] = trees.parent[above]
        node = above
    return node


@lean
def seek(trees: Forest, node: int) -> int:
    """Return the root of a node; the forest stays as it is."""
    while trees.parent[node] != 0:
        node = trees.parent[node] - 1
    return node


@kernel
def node_of(trees: Forest, key: np.uint64, owns: bool) -> int:
    """Return the node of a key, a component of its own where it is new."""
    node = find(trees.nodes, key)
    if node == _NONE:
        node = add(trees.nodes, key)
        trees.parent[node], trees.size[node], trees.owners[node] = 0, 1, 1 if owns else 0
        trees.payments[node], trees.frauds[node] = 0, 0
    return node


@kernel
def join(trees: Forest, one: int, other: int) -> int:
    """Make one component of those of two nodes; return its root."""
    one, other = root_of(trees, one), root_of(trees, other)
    if one == other:
        return one
    if trees.size[one] < trees.size[other]:
        one, other = other, one
    trees.parent[other] = one + 1
    trees.size[one] += trees.size[other]
    trees.owners[one] += trees.owners[other]
    trees.payments[one] += trees.payments[other]
    trees.frauds[one] += trees.frauds[other]
    return one
