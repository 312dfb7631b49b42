"""Trees of arrays are walked, joined, copied, spoiled, compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.testing.trees import Difference, copied, difference, joined, leaves, poison


class Pair(NamedTuple):
    a: NDArray[np.int64]
    b: Any


@dataclass(frozen=True)
class Day:
    day: int
    loss: float


def test_each_array_has_its_path() -> None:
    tree = (Pair(np.arange(2), {"x": np.zeros((2, 3))}), None, Events.of(kind=[1]))
    assert set(leaves(tree)) == {
        "0.a",
        "0.b.x",
        *(f"2.columns.{name}" for name in ("kind", "offset", "logged_us", "event_us")),
    }


def test_records_become_a_column_of_descriptions() -> None:
    assert leaves([Day(1, 0.1)])["."].tolist() == ["Day(day=1, loss=0.1)"]
    assert leaves([])["."].shape == (0,)


def test_outputs_are_joined_row_by_row() -> None:
    out = joined([{"g": np.array([1.0])}, {"g": np.array([])}, {"g": np.array([2.0, 3.0])}])
    assert out["g"].tolist() == [1.0, 2.0, 3.0]


def test_a_copy_shares_nothing_and_keeps_types() -> None:
    tree = (Pair(np.arange(2), np.ones(1)), Events.of(kind=[1]))
    copy = copied(tree)
    assert type(copy[0]) is Pair
    assert type(copy[1]) is Events
    poison(copy)
    assert tree[0].a.tolist() == [0, 1]
    assert tree[1].kind.tolist() == [1]


def test_poison_changes_every_value_a_little() -> None:
    tree = (np.array([0.0]), np.array([True]), np.array([5]), np.array([0], np.uint8), np.array(["x"], object))
    poison(tree)
    assert np.isnan(tree[0][0])
    assert [tree[i][0] for i in (1, 2, 3, 4)] == [False, 6, 1, "x"]


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ([1.0, np.nan], [1.0, np.nan], None),
        ([0.0], [-0.0], Difference("a", 0, 0.0, -0.0)),
        ([1, 2, 3], [1, 5, 6], Difference("a", 1, 2, 5)),
        ([1, 2], [1], Difference("a", 1, "2 rows", "1 rows")),
        ([1], [1.0], Difference("a", 0, "int64 of shape (1,)", "float64 of shape (1,)")),
        ([[1, 2], [3, 4]], [[1, 2], [3, 5]], Difference("a", 1, [3, 4], [3, 5])),
        (["x"], ["y"], Difference("a", 0, "x", "y")),
        ([], [], None),
        (3, 3, None),
        (3, 4, Difference("a", 0, 3, 4)),
    ],
)
def test_the_first_difference_is_found_bit_for_bit(was: Any, now: Any, found: Difference | None) -> None:
    kind = object if isinstance(was, list) and was and isinstance(was[0], str) else None
    assert difference({"a": np.array(was, kind)}, {"a": np.array(now, kind)}) == found


def test_the_earliest_row_of_all_columns_counts() -> None:
    was = {"a": np.array([1, 2, 3]), "b": np.array([1, 2, 3])}
    now = {"a": np.array([1, 2, 4]), "b": np.array([1, 9, 3])}
    assert difference(was, now) == Difference("b", 1, 2, 9)


def test_a_column_that_is_missing_is_a_difference() -> None:
    assert difference({"a": np.array([1])}, {}) == Difference("a", 0, "1 rows", "nothing")
    assert difference({}, {}) is None
