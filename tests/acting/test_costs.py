"""The action of least expected cost, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.acting.costs import (
    ACTIONS,
    APPROVE,
    CHALLENGE,
    DECLINE,
    REVIEW,
    Costs,
    cheapest,
    expected_costs,
    saving_of_review,
)
from evercart.errors import UserError
from evercart.units import MISSING


def test_each_cost_by_hand() -> None:
    good, bad = expected_costs(np.array([0.0, 1.0]), np.array([5000, 5000]), Costs())
    assert good.tolist() == [0.0, 5 + 0.08 * 1500, 200 + 0.02 * 1500, 1500.0]
    assert bad == pytest.approx([7500.0, 5 + 0.3 * 7500, 200 + 0.1 * 7500, 0.0])
    half = expected_costs(np.array([0.5]), np.array([5000]), Costs())[0]
    assert half == pytest.approx((good + bad) / 2 + 0)


def test_what_is_missing_or_negative_counts_as_nothing() -> None:
    amounts = np.array([0, -5, MISSING])
    found = expected_costs(np.full(3, 0.5), amounts, Costs())
    assert (found == found[0]).all()


def test_the_milder_action_wins_a_tie() -> None:
    nothing = Costs(*(0.0,) * 11)
    assert cheapest(np.array([0.5]), np.array([100]), nothing).tolist() == [APPROVE]


def test_the_dearer_the_payment_the_sooner_it_is_looked_at() -> None:
    chance, amount = np.full(4, 0.02), np.array([100, 2000, 50_000, 10_000_000])
    assert [ACTIONS[one] for one in cheapest(chance, amount, Costs())] == ["approve", "approve", "review", "review"]
    sure = np.linspace(0, 1, 101)
    assert cheapest(sure, np.full(101, 5000), Costs()).tolist() == sorted(
        cheapest(sure, np.full(101, 5000), Costs()), key=[APPROVE, CHALLENGE, REVIEW, DECLINE].index
    )


def test_what_a_review_saves_is_beside_the_next_best() -> None:
    found = np.array([[10.0, 7.0, 2.0, 9.0], [1.0, 7.0, 2.0, 9.0]])
    best, saving = saving_of_review(found)
    assert best.tolist() == [CHALLENGE, APPROVE]
    assert saving.tolist() == [5.0, -1.0]
    assert found[0, REVIEW] == 2.0


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"margin": 1.5}, "costs.margin: expected a number from 0 to 1, got 1.5"),
        ({"fraud_minor": -1}, "costs.fraud_minor: expected a finite number of at least 0, got -1"),
        ({"hour_minor": float("nan")}, "costs.hour_minor: expected a finite number of at least 0, got nan"),
        ({"review_s": "60"}, "costs.review_s: expected a finite number of at least 0, got '60'"),
    ],
)
def test_wrong_costs_are_told(given: dict[str, float], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Costs.of("costs", given)
    assert str(caught.value) == text


def test_an_unknown_cost_is_told_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"expected one of the costs .*, got 'margins' \(nearest: 'margin'\)"):
        Costs.of("costs", {"margins": 0.1})


@pytest.mark.parametrize("chance", [-0.1, 1.1, np.nan])
def test_a_chance_is_from_0_to_1(chance: float) -> None:
    with pytest.raises(UserError, match="chance: expected numbers from 0 to 1, got "):
        expected_costs(np.array([chance]), np.array([1]), Costs())
