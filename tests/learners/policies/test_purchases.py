"""What a shopper bought."""

from __future__ import annotations

import numpy as np

from evercart.events.batch import Events
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.policies.purchases import purchased
from evercart.units import DAY_US


def test_purchases_are_counted_by_shopper_with_their_last_time() -> None:
    days, users, items = (0, 2, 5, 5), (7, 7, 7, 8), (1, 1, 2, 3)
    us = [day * DAY_US for day in days]
    fold = Repeats()
    state, _ = fold.step(fold.start(), Events.of(kind=[2] * 4, logged_us=us, user=users, item=items, number=[-1] * 4))
    found = purchased(state, 7, np.array([3, 2, 1], np.uint64))
    assert found.times.tolist() == [0, 1, 2]
    assert found.last_us[1:].tolist() == [5 * DAY_US, 2 * DAY_US]
    assert purchased(state, 0, np.array([1], np.uint64)).times.tolist() == [0]
