"""How alike items are."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.learners.policies.similar import Cosine, SameKey, SharedNeighbours, Similar

ITEMS = np.array([1, 2, 3], np.uint64)
VECTORS = {1: np.array([1.0, 0.0], np.float32), 2: np.array([3.0, 4.0], np.float32)}


@pytest.mark.parametrize(
    ("similar", "expected"),
    [
        (SameKey({1: 7, 2: 7}), [[1, 1, 0], [1, 1, 0], [0, 0, 0]]),
        (Cosine(VECTORS), [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 0]]),
        (SharedNeighbours({1: {5, 6}, 2: (6, 7)}), [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 0]]),
    ],
)
def test_known_items_are_alike_as_stated_unknown_ones_like_none(similar: Similar, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(similar(ITEMS), expected)


@pytest.mark.parametrize("similar", [SameKey({}), Cosine({}), SharedNeighbours({})])
def test_of_nothing_known_nothing_is_alike(similar: Similar) -> None:
    assert similar(ITEMS).tolist() == np.zeros((3, 3)).tolist()
    assert similar(ITEMS[:0]).shape == (0, 0)


def test_opposite_vectors_are_not_less_than_unlike() -> None:
    assert Cosine({1: VECTORS[1], 2: -VECTORS[1]})(ITEMS[:2])[0, 1] == 0.0
