"""A question's candidates on their way to being shown."""

from __future__ import annotations

import numpy as np
from slates import shown, slate

from evercart.learners.policies.slate import Removed, nothing


def test_what_is_taken_out_leaves_its_reason() -> None:
    one = slate([5, 4, 3, 2]).without(np.array([True, False, False, True]), "ugly")
    assert shown(one) == [2, 3]
    assert one.removed == (Removed("ugly", 2),)
    assert one.without(np.array([False, False]), "red") is one


def test_led_by_puts_rows_in_front_each_once() -> None:
    one = slate([5, 4, 3, 2]).led_by(np.array([3, 0]))
    assert one.items.tolist() == [4, 1, 2, 3]


def test_marks_are_kept_by_row() -> None:
    assert slate([5, 4]).marked([1], "a").marked([0], "b").marks == ((1, "a"), (0, "b"))


def test_a_stranger_bought_nothing() -> None:
    assert nothing(np.array([4, 5], np.uint64)).times.tolist() == [0, 0]
