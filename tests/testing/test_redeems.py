"""The small app's stream is what it says."""

from __future__ import annotations

import numpy as np

from evercart.events.kinds import number
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S, DAY_US


def test_dear_orders_are_redeemed_and_no_others() -> None:
    events = orders(500)
    dear = events["amount"][::2] == 100
    assert (dear == (events.kind[1::2] == number("redeem"))).all()
    assert 0.4 < dear.mean() < 0.6


def test_orders_of_a_day_can_be_alike() -> None:
    events = orders(600, alike_s=DAY_S)
    dear, day = events["amount"][::2] == 100, events.logged_us[::2] // DAY_US
    by_day = [dear[day == d] for d in np.unique(day)]
    assert all(one.all() or not one.any() for one in by_day)
    assert len({bool(one[0]) for one in by_day}) == 2


def test_the_app_asks_before_orders() -> None:
    assert redeems("mine").name == "mine"
    assert redeems().asks.kind == "order"
