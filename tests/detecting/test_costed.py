"""Costs are counted over the payments that are judged."""

from __future__ import annotations

import numpy as np

from evercart.acting.tally import Terms
from evercart.detecting.costed import costed
from evercart.evaluate.detected import Detected
from evercart.units import DAY_US

RNG = np.random.default_rng(1)
N = 8000
US = np.sort(RNG.integers(0, 30 * DAY_US, N))
CHANCE = RNG.beta(0.1, 2, N)
LABEL = (RNG.random(N) < CHANCE).astype(np.int64)
AMOUNT = RNG.integers(100, 20_000, N)


def made(guess: np.ndarray, label: np.ndarray = LABEL) -> Detected:
    return Detected(US, label, None, 3600.0, {"continual": guess, "amount": AMOUNT * 1.0}, {}, {})


def test_the_later_payments_are_counted_the_early_ones_choose_the_threshold() -> None:
    said = costed(made(CHANCE), AMOUNT, Terms())
    assert said["payments"] == 6000
    assert 0 < said["decline_above_best"]["threshold"] < 1
    cost = {name: said[name]["cost_minor"] for name in ("least_cost", "decline_above_best", "approve_all")}
    assert [*cost.values()] == sorted(cost.values())


def test_what_was_never_guessed_is_left_out() -> None:
    guess = np.where(np.arange(N) % 10 == 0, np.nan, CHANCE)
    assert costed(made(guess), AMOUNT, Terms())["payments"] == 5400


def test_without_labels_there_is_nothing_to_count() -> None:
    assert costed(made(CHANCE, np.full(N, -1)), AMOUNT, Terms()) == {}
