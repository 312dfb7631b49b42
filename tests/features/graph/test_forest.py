"""Components are those that a search through all ties finds."""

from __future__ import annotations

import numpy as np

from evercart.features.graph.forest import forest, join, node_of, root_of, seek
from evercart.fold import pack, unpack


def test_components_of_random_ties() -> None:
    rng = np.random.default_rng(1)
    trees = forest().roomy(60)
    ties = rng.integers(1, 61, (45, 2)).astype(np.uint64)
    for key in range(1, 61):
        node_of(trees, np.uint64(key), key % 2 == 0)
    for one, other in ties:
        join(trees, node_of(trees, one, False), node_of(trees, other, False))
    label = np.arange(61)
    for _ in range(61):
        for one, other in ties:
            label[[one, other]] = label[[one, other]].min()
    again = unpack(forest(), pack(trees))
    for one in range(1, 61):
        for other in range(1, 61):
            a, b = (root_of(trees, node_of(again, np.uint64(key), False)) for key in (one, other))
            assert (a == b) == (label[one] == label[other])
    for key in range(1, 61):
        root = seek(trees, node_of(trees, np.uint64(key), False))
        mates = [other for other in range(1, 61) if label[other] == label[key]]
        assert trees.of[root]["size"] == len(mates)
        assert trees.of[root]["owners"] == sum(mate % 2 == 0 for mate in mates)
