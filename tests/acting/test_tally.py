"""Ways to act are counted over the same payments."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.acting.actor import Risks
from evercart.acting.costs import ACTIONS, Costs, expected_costs
from evercart.acting.tally import Terms, best_threshold, in_hindsight, tally
from evercart.errors import UserError
from evercart.units import DAY_US

N = 20_000
RNG = np.random.default_rng(6)
CHANCE = RNG.beta(0.1, 3.0, N)
LABEL = (RNG.random(N) < CHANCE).astype(np.int64)
RISKS = Risks(np.arange(N), np.sort(RNG.integers(0, 10 * DAY_US, N)), CHANCE, RNG.lognormal(8, 1, N).astype(int))
EARLY = np.arange(N) < N // 4


def test_ways_by_what_they_cost() -> None:
    said = tally(RISKS, LABEL, EARLY, ~EARLY, Terms(reviews_a_day=20))
    cost = {name: one["cost_minor"] for name, one in said.items() if isinstance(one, dict) and "cost_minor" in one}
    best = ("reviews_without_limit", "reviews_in_hindsight", "least_cost", "no_reviews", "approve_all")
    assert [cost[name] for name in best] == sorted(cost[name] for name in best)
    assert cost["least_cost"] < cost["let_through"] < cost["approve_all"]
    assert cost["no_reviews"] < cost["decline_above_best"] < cost["decline_above_half"]
    assert cost["least_cost"] < cost["decline_above_best"]
    for name in cost:
        assert sum(said[name][action] for action in ACTIONS) == (~EARLY).sum() == said["payments"]
    assert said["least_cost"]["review"] <= 20 * 9
    assert said["assumed"]["reviews_a_day"] == 20
    fraud = (LABEL == 1) & ~EARLY
    assert cost["approve_all"] == (RISKS.amount[fraud] + 2500).sum()


def test_the_best_threshold_is_the_best_of_all() -> None:
    chance = np.round(CHANCE[:500], 2)  # ties among them
    cost = expected_costs(LABEL[:500].astype(float), RISKS.amount[:500], Costs())

    def total(threshold: float) -> float:
        return float(np.where(chance > threshold, cost[:, 3], cost[:, 0]).sum())

    found = best_threshold(chance, cost)
    assert total(found) == pytest.approx(min(total(one) for one in np.arange(-0.005, 1.0, 0.01)))
    assert best_threshold(chance, expected_costs(np.zeros(500), RISKS.amount[:500], Costs())) == 1.0
    assert best_threshold(np.zeros(0), np.zeros((0, 4))) == 1.0


def test_hindsight_takes_the_greatest_savings_of_each_day() -> None:
    few = in_hindsight(RISKS, Terms(reviews_a_day=5))
    day = RISKS.us // DAY_US
    assert np.bincount(day[few == 2]).tolist() == [5] * 10


def test_a_label_that_is_unknown_is_never_counted() -> None:
    unknown = LABEL.copy()
    unknown[EARLY] = -1
    said = tally(RISKS, unknown, np.zeros(N, bool), ~EARLY, Terms())
    assert said["decline_above_best"]["threshold"] == 1.0


def test_a_chance_beyond_1_is_told() -> None:
    with pytest.raises(UserError, match="chance: expected numbers from 0 to 1, got"):
        tally(Risks(RISKS.place, RISKS.us, CHANCE + 1, RISKS.amount), LABEL, EARLY, ~EARLY, Terms())
