"""A profile explains itself in words."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evercart.profiled import Expected, Interested, Profile, due, profiled, score
from evercart.units import DAY_US

AHEAD = (Expected(28, 4.0, 80.0),)


def one(visits: float = 12, since: float = 9.0, every: float = 6.0, here: float = 0.9) -> Profile:
    about = [visits, 100.0, since, 2000.0, 500.0, every, 0.3]
    return profiled("u1", about, 200 * DAY_US, here, AHEAD, "weekly, big baskets", None, "EUR", 0.01)


def test_words() -> None:
    assert one().words == (
        "comes about every 6 days, last 9 days ago: rather late",
        "is still a customer (90 %)",
        "is expected to spend 80.00 EUR in 4.0 visits within 28 days",
    )
    assert one(since=2).words[0].endswith("not due yet")
    assert one(since=7).words[0].endswith("about due")
    assert one(since=60, here=0.2).words[:2] == (
        "comes about every 6 days, last 60 days ago: very late",
        "has left, most likely (20 % still a customer)",
    )
    assert one(here=0.5).words[1] == "may have left (50 % still a customer)"
    assert one(visits=1, since=0.03).words[0] == "came once, 1 hour ago"


def test_figures_are_in_units() -> None:
    found = one()
    assert (found.paid, found.spent) == (20.0, 240.0)
    assert found.first_us == 100 * DAY_US
    said = json.loads(json.dumps(found.summary()))
    assert said["expected"] == [{"days": 28, "visits": 4.0, "value": 80.0}]
    assert said["next"]["early_d"] < said["next"]["likely_d"] < said["next"]["late_d"]
    assert said["scores"] is None


@pytest.mark.parametrize(
    ("dear", "text"), [(0.0, "usual prices"), (0.4, "49 % dearer than usual"), (-0.4, "33 % cheaper than usual")]
)
def test_price_bands(dear: float, text: str) -> None:
    from dataclasses import replace

    found = replace(one(), dear=dear, interests=(Interested("category", "tea", 1.0),))
    assert found.price_band == text
    assert found.words[-1] == f"buys mostly tea, at {text}"


def test_the_next_visit_lies_where_such_visits_lay() -> None:
    rng = np.random.default_rng(1)
    gaps = 6.0 * np.exp(0.5 * rng.normal(size=20_000))
    for since in (0.0, 5.0, 12.0):
        left = gaps[gaps > since] - since
        early, likely, late = due(6.0, 0.5, 1e6, since)
        assert np.mean(left < early) < 0.1
        assert np.mean(left < likely) == pytest.approx(0.46, abs=0.08)
        assert np.mean(left > late) < 0.1
        assert np.mean((left >= early) & (left <= late)) > 0.8


def test_who_is_hopelessly_late_is_due_still() -> None:
    assert all(np.isfinite(due(0.05, 0.0, 1e6, 1e6)))


def test_scores_are_fifths_of_the_shoppers() -> None:
    born, last = np.zeros(100), np.linspace(1, 100, 100)
    sample = np.stack([born, last, np.arange(1, 101.0), np.arange(100.0)], axis=1)
    best = np.array([100, 100, 0, 1e6], np.float32)
    worst = np.array([1, 100, 100, 0], np.float32)
    assert score(sample, best, 100.0) == (5, 5, 5)
    assert score(sample, worst, 100.0) == (1, 1, 1)
    assert score(sample[:19], best, 100.0) is None
