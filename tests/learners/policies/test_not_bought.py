"""What the shopper has just bought."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from slates import shown, slate

from evercart.errors import UserError
from evercart.learners.policies.not_bought import NotBought
from evercart.learners.policies.slate import Asked, Items, Purchased, Removed
from evercart.units import DAY_S, DAY_US


def _asked(days_ago: dict[int, float], times: dict[int, int]) -> Asked:
    now_us = 1000 * DAY_US

    def bought(items: Items) -> Purchased:
        last = [now_us - round(days_ago.get(int(one), 0) * DAY_US) for one in items]
        return Purchased(np.array(last), np.array([times.get(int(one), 0) for one in items]))

    return Asked(0, now_us, 7, bought)


def test_what_was_bought_lately_is_left_out_what_long_ago_stays() -> None:
    one = NotBought(within_s=30 * DAY_S)(slate([5, 4, 3, 2], asked=_asked({1: 30, 2: 31}, {1: 1, 2: 1})))
    assert shown(one) == [2, 3, 4]
    assert one.removed == (Removed("bought already", 1),)


def test_what_is_bought_again_again_stays() -> None:
    asked = _asked({1: 1, 2: 1, 3: 1}, {1: 3, 2: 2, 3: 1})
    assert shown(NotBought()(slate([5, 4, 3, 2], asked=asked))) == [1, 4]
    assert shown(NotBought(often=2)(slate([5, 4, 3, 2], asked=asked))) == [1, 2, 4]
    assert shown(NotBought(regular={3})(slate([5, 4, 3, 2], asked=asked))) == [1, 3, 4]


def test_nobody_bought_nothing() -> None:
    assert shown(NotBought()(slate([5, 4, 3]))) == [1, 2, 3]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"within_s": 0}, "not_bought.within_s: expected more than 0, got 0"),
        ({"often": 1}, "not_bought.often: expected at least 2, got 1"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        NotBought(**given)
