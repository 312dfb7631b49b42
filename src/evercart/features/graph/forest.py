"""Forest: components of a growing graph as a union-find, with what is known of each.

Source: Tarjan and van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31(2), 1984: linking
by size with path halving, so that an operation takes next to constant time.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import lean
from evercart.prefetch import prefetch
from evercart.slots import Slots, add, find, likely, reserve, slots, tall

_NONE: Final = -1
NODE: Final = np.dtype([  # one line of memory a node, since each visit to one may miss every cache
    ("parent", np.int32),  # a node's parent + 1; 0: it is a root, with what is known of its component
    ("size", np.int32),  # nodes
    ("owners", np.int32),  # nodes that pay
    ("payments", np.int32),
    ("frauds", np.int32),
])  # fmt: skip


class Forest(NamedTuple):
    """Nodes by slot."""

    nodes: Slots
    of: NDArray[np.void]  # (capacity,) of NODE

    def packed(self) -> Forest:
        """Drop spare room."""
        return Forest(self.nodes.packed(), self.of[: self.nodes.size])

    def unpacked(self) -> Forest:
        """Make room again."""
        return self._replace(nodes=self.nodes.unpacked())._tall()

    def roomy(self, more: int) -> Forest:
        """Return the forest with room for so many further nodes."""
        return self._replace(nodes=reserve(self.nodes, more))._tall()

    def _tall(self) -> Forest:
        return Forest(self.nodes, tall(self.of, len(self.nodes.keys)))


def forest() -> Forest:
    """Return a forest without a node."""
    return Forest(slots(), np.zeros(0, NODE))._tall()


@lean
def fetch_node(trees: Forest, key: np.uint64) -> None:
    """Ask for what a visit to the node of a key will read; see `foresee`, which comes first."""
    slot = likely(trees.nodes, key)
    if slot != _NONE:
        prefetch(trees.nodes.keys, np.int64(slot))
        prefetch(trees.of, np.int64(slot))


@lean
def root_of(trees: Forest, node: int) -> int:
    """Return the root of a node, each second one on the way hung up higher."""
    while trees.of[node].parent != 0:
        above = trees.of[node].parent - 1
        if trees.of[above].parent != 0:
            trees.of[node].parent = trees.of[above].parent
        node = above
    return int(node)


@lean
def seek(trees: Forest, node: int) -> int:
    """Return the root of a node; the forest stays as it is."""
    while trees.of[node].parent != 0:
        node = trees.of[node].parent - 1
    return int(node)


@lean
def node_of(trees: Forest, key: np.uint64, owns: bool) -> int:
    """Return the node of a key, a component of its own where it is new."""
    node = find(trees.nodes, key)
    if node == _NONE:
        node = add(trees.nodes, key)
        one = trees.of[node]
        one.parent, one.size, one.owners = 0, 1, 1 if owns else 0
        one.payments, one.frauds = 0, 0
    return int(node)


@lean
def join(trees: Forest, one: int, other: int) -> int:
    """Make one component of those of two nodes; return its root."""
    above, below = root_of(trees, one), root_of(trees, other)
    if above == below:
        return int(above)
    if trees.of[above].size < trees.of[below].size:
        above, below = below, above
    root, leaf = trees.of[above], trees.of[below]
    leaf.parent = above + 1
    root.size += leaf.size
    root.owners += leaf.owners
    root.payments += leaf.payments
    root.frauds += leaf.frauds
    return int(above)
