"""Rates are smoothed towards a prior; ratios of nothing are 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features import Count, Minus, Rate, Ratio, Sum, Times

REDEEMED, EXPOSED = Count("redeem", 60), Count("exposure", 60)
QUESTION = {"at": 9, "kind": "decision", "user": 1}


def test_rate(say: Any) -> None:
    rate = Rate(REDEEMED, EXPOSED, prior=0.2, prior_weight=10)
    exposures = [{"at": 1, "kind": "exposure", "user": 1}] * 5
    assert say(rate, QUESTION) == np.float32(0.2)
    assert say(rate, *exposures, {"at": 2, "kind": "redeem", "user": 1}, QUESTION) == np.float32((1 + 2) / (5 + 10))


def test_ratio(say: Any) -> None:
    ratio = Ratio(Sum("order", "amount", 5), Sum("order", "amount", 60))
    rows = [{"at": 1, "kind": "order", "user": 1, "amount": 30}, {"at": 8, "kind": "order", "user": 1, "amount": 10}]
    assert say(ratio, *rows, QUESTION) == 0.25
    assert say(ratio, QUESTION) == 0
    assert ratio.unit == "minor units/minor units"
    assert ratio.outputs[0].name == "order_amount_sum_5s_over_order_amount_sum_1m"


def test_differences_and_products_share_what_they_are_made_of(say: Any) -> None:
    lately, long = Sum("order", "amount", 5), Sum("order", "amount", 60)
    rows = [{"at": 1, "kind": "order", "user": 1, "amount": 30}, {"at": 8, "kind": "order", "user": 1, "amount": 10}]
    made = (Minus(lately, long), Times(lately, long), Minus(long.log1p(), lately.log1p()))
    np.testing.assert_allclose(say(made, *rows, QUESTION), [[-30, 400, np.log(41 / 11)]], rtol=1e-6)
    assert say(made, QUESTION).tolist() == [[0, 0, 0]]
    assert [number.unit for number in made] == ["minor units", "minor units * minor units", "log1p minor units"]
    assert made[0].needs == (*lately.needs, *long.needs)


@pytest.mark.parametrize(
    ("prior", "weight", "text"),
    [
        (float("nan"), 1.0, "prior: expected a finite number, got nan"),
        (0.5, 0.0, "prior_weight: expected a finite number above 0, got 0.0"),
    ],
)
def test_bad_priors_are_refused(prior: float, weight: float, text: str) -> None:
    with pytest.raises(UserError, match=f"^redeem_count_1m_per_exposure_count_1m.{text}$"):
        Rate(REDEEMED, EXPOSED, prior, weight)
