"""Traits of the next basket's candidates."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from evercart.events.batch import Events
from evercart.learners.neighbours.basket_traits import NEARNESS, SELLS, TRAITS, lateness, near
from evercart.learners.neighbours.baskets import Baskets
from evercart.units import DAY_US


def test_each_trait_has_a_name_of_its_own() -> None:
    assert len(set(TRAITS)) == len(TRAITS)
    assert (TRAITS[NEARNESS], TRAITS[SELLS]) == ("nearness", "sells")


def test_near_is_one_on_the_day() -> None:
    assert near(0.0) == 1.0
    assert near(1.0) == near(-1.0) < 0.5


def test_lateness_is_measured_against_the_usual_gap() -> None:
    gap = log(7.25)
    late, mean, spread = lateness(3 * gap, 3 * gap * gap, 3.0, 14 * DAY_US)
    assert late == pytest.approx(log(14.25 / 7.25))
    assert mean == pytest.approx(gap)
    assert 0 < spread < 1


def test_traits_are_finite_small_numbers_wherever_they_come_from() -> None:
    rng = np.random.default_rng(3)
    rows = 600
    number = np.where(np.arange(rows) % 5 == 0, np.cumsum(np.arange(rows) % 5 == 0) - 1, -1)
    woven = Events.of(
        kind=np.where(number >= 0, 7, 2),
        logged_us=np.sort(rng.integers(0, 300, rows)) * DAY_US,
        user=rng.integers(0, 5, rows),
        session=rng.integers(0, 4, rows),
        item=rng.integers(0, 40, rows),
        place=rng.integers(0, 3, rows),
        number=number,
    )
    out = Baskets().step(Baskets().start(), woven)[1]
    assert len(out) > 1000
    assert np.isfinite(out.x).all()
    assert np.abs(out.x).max() < 10
    assert (np.ptp(out.x, axis=0) > 0).all()  # each of them says something
