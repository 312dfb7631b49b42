"""Needs become columns, each once, window by window."""

from __future__ import annotations

from evercart.features.needs import Decay, Last, Recent, Tally, Variety
from evercart.features.plan import Plan

PLAN = Plan(
    (
        Tally("order", 30),
        Variety("order", 20, "item"),
        Tally("order", 10, "amount"),
        Variety("order", 10, "item"),
        Tally("order", 10),
        Tally("order", 10),
        Decay("order", 7),
        Last("order"),
        Recent("view", "item", 2, 9),
        Recent("view", "item", 3, 9),
    ),
    keep_us=50,
)


def test_values_and_sets_are_stored_once_for_all_windows() -> None:
    assert PLAN.values == (("order", "amount", None), ("order", None, None))
    assert PLAN.sets == (("order", "item"),)
    assert PLAN.items == 5


def test_columns_are_in_order_of_their_windows() -> None:
    spec = PLAN.spec
    assert spec.windows.tolist() == [10, 20, 30, 50]
    assert [need.window_us for need in PLAN.sums] == [10, 10, 30]
    assert spec.sum_ends.tolist() == [0, 2, 2, 3, 3]
    assert spec.sum_of.tolist() == [0, 1, 1]
    assert spec.count_ends.tolist() == [0, 1, 2, 2, 2]
    assert spec.count_window.tolist() == [0, 1]
    assert spec.count_last.tolist() == [False, True]
    assert spec.half_lives.tolist() == [7]
    assert spec.item_ends.tolist() == [0, 2, 5]
