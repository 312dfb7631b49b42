"""Sources by themselves."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.alone import READINGS, alone, scored
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import Candidates


def test_one_memory_has_its_readings() -> None:
    orders = alone(Browsing())
    assert list(orders) == ["alone: browsing", *(f"alone: {name}" for name in READINGS)]
    assert all(orders[f"alone: {name}"] == Browsing().columns.index(one) for name, one in READINGS.items())


def test_the_own_order_keeps_all_a_reading_what_it_knows() -> None:
    x = np.array([[0.0, 2.0], [1.0, 0.0]], np.float32)
    ints, items = np.array([3, 3]), np.array([5, 6], np.uint64)
    offered = Candidates(ints, items, np.array([9, 1], np.float32), np.array([0, 1], np.int32), x)
    score, least = scored(offered, None)
    assert (score.tolist(), bool((score > least).all())) == ([0.0, -1.0], True)
    score, least = scored(offered, 1)
    assert (score > least).tolist() == [True, False]
