"""Scores are of the later payments, week by week, the book's week apart."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.detected import BOOK_WEEK_US, Detected
from evercart.units import DAY_US

RNG = np.random.default_rng(1)
N = 4000
US = BOOK_WEEK_US - 21 * DAY_US + np.sort(RNG.integers(0, 35 * DAY_US, N))
LABEL = (RNG.random(N) < 0.05).astype(np.int64)
GUESSES = {"continual": LABEL + RNG.normal(0, 0.3, N), "amount": RNG.random(N)}


def made(**more: object) -> Detected:
    given = {"is_handbook": True, "card": RNG.integers(1, 300, N).astype(np.uint64), **more}
    return Detected(US, LABEL, delay_s=7 * 86_400, guesses=GUESSES, cpu_s={"fraud continual": 1.0}, about={}, **given)


def test_the_champion_is_above_chance_others_stand_beside_it() -> None:
    said = made().summary()
    assert said["later"]["payments"] == 3000
    assert said["later"]["continual"]["ap"] > 0.9 > 0.2 > said["later"]["amount"]["ap"]
    week = said["handbook_week"]
    assert week["payments"] < week["undropped"]["payments"]
    assert 0 <= week["card_precision@100"] <= 1
    assert "2018-08-08" in [one["from"] for one in said["weeks"]]
    assert said["mean_of_weeks"]["continual"] > said["mean_of_weeks"]["amount"]


def test_other_tables_have_no_week_of_the_book_each_payment_may_be_its_own_card() -> None:
    said = made(is_handbook=False, card=None).summary()
    assert "handbook_week" not in said
    assert len(said["weeks"]) == 3


def test_where_all_are_good_there_is_nothing_to_tell_apart() -> None:
    none = Detected(US, LABEL * 0, None, 1.0, GUESSES, {}, {})
    assert none.summary()["later"]["continual"] == {"ap": None, "auc": None, "card_precision@100": None}
