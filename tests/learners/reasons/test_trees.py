"""What trees say is taken apart exactly: against Shapley's values by their definition."""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest

from evercart.learners.reasons.trees import tree_parts

lightgbm = pytest.importorskip("lightgbm")
NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def grown() -> tuple[Any, np.ndarray]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(500, 3)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] * x[:, 2] + rng.normal(size=500) > 0).astype(float)
    params = {"objective": "binary", "num_leaves": 6, "num_threads": 1, "verbosity": -1, "deterministic": True}
    return lightgbm.train(params, lightgbm.Dataset(x, y), num_boost_round=7), x


def test_they_sum_to_the_chance(grown: tuple[Any, np.ndarray]) -> None:
    booster, x = grown
    said = tree_parts(booster, x[:50], NAMES, logistic=True)
    assert said.names == NAMES and said.each.shape == (50, 3)
    assert np.allclose(said.guess, booster.predict(x[:50]), atol=1e-12)
    assert np.allclose(said.margin, booster.predict(x[:50], raw_score=True), atol=1e-12)


def test_they_are_shapleys_values(grown: tuple[Any, np.ndarray]) -> None:
    booster, x = grown
    said = tree_parts(booster, x[:4], NAMES, logistic=True)
    trees = [one["tree_structure"] for one in booster.dump_model()["tree_info"]]
    for row in range(4):

        def value(known: tuple[int, ...], row: int = row) -> float:
            return sum(_mean(tree, x[row], known) for tree in trees)

        assert said.base[row] == pytest.approx(value(()), abs=1e-9)
        for at in range(3):
            rest, found = [one for one in range(3) if one != at], 0.0
            for size in range(3):
                share = factorial(size) * factorial(2 - size) / factorial(3)
                found += share * sum(value((*some, at)) - value(some) for some in combinations(rest, size))
            assert said.each[row, at] == pytest.approx(found, abs=1e-9)


def _mean(node: dict[str, Any], row: np.ndarray, known: tuple[int, ...]) -> float:
    """Return what a tree says where some columns are known: the others go both ways, as the training rows did."""
    if "leaf_value" in node:
        return node["leaf_value"]
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        return _mean(left if row[node["split_feature"]] <= node["threshold"] else right, row, known)
    many = [one.get("internal_count", one.get("leaf_count")) for one in (left, right)]
    return (many[0] * _mean(left, row, known) + many[1] * _mean(right, row, known)) / sum(many)
