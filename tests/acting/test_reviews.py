"""Few reviews go to what they save most on, with no look ahead."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.acting.reviews import Reviews
from evercart.errors import UserError
from evercart.labels.values import Values
from evercart.testing import check_fold
from evercart.testing.valued import Valued
from evercart.units import DAY_US


def days(count: int, a_day: int, seed: int = 1, evening: float = 0.0) -> Values:
    """Return savings of payments over days; `evening` of them in the last quarter of each."""
    rng = np.random.default_rng(seed)
    us = rng.random((count, a_day))
    us = np.where(rng.random(us.shape) < evening, 0.75 + us / 4, us)
    us = (np.sort(us, 1) * DAY_US + np.arange(count)[:, None] * DAY_US).astype(np.int64).ravel()
    return Values(np.arange(len(us)), us, rng.lognormal(5, 1.5, len(us)) - 100)


def share(values: Values, reviews: Reviews, first: int) -> float:
    """Return what was saved from a day on, as a share of what each day's greatest savings would have been."""
    done = reviews.step(reviews.start(), values)[1]
    day = values.us // DAY_US
    best = sum(np.sort(values.value[day == one])[-reviews.a_day :].clip(0).sum() for one in range(first, day[-1] + 1))
    return float(values.value[done & (day >= first)].sum() / best)


def test_a_day_has_no_more_than_its_reviews() -> None:
    values, reviews = days(20, 2000), Reviews(30)
    done = reviews.step(reviews.start(), values)[1]
    each = np.bincount(values.us[done] // DAY_US)
    assert each.max() == 30
    assert each[1:].mean() > 28
    assert not done[values.value <= 0].any()


@pytest.mark.parametrize("evening", [0.0, 0.8])
def test_nearly_as_much_is_saved_as_in_hindsight(evening: float) -> None:
    values, reviews = days(20, 2000, evening=evening), Reviews(30)
    assert share(values, reviews, 2) > 0.95
    day = values.us // DAY_US
    eager = np.concatenate([np.flatnonzero((day == one) & (values.value > 0))[:30] for one in range(2, 20)])
    at_once = values.value[eager].sum() / values.value[reviews.step(reviews.start(), values)[1] & (day >= 2)].sum()
    assert at_once < 0.3  # whoever reviews first come, first served


def test_on_a_day_three_times_as_busy_it_asks_for_more() -> None:
    calm, busy = days(10, 1000), days(1, 3000, seed=2)
    both = Values.concat([calm, Values(busy.place + 10_000, busy.us + 10 * DAY_US, busy.value)])
    assert share(both, Reviews(30), 10) > 0.9


def test_a_calm_day_leaves_no_review_undone() -> None:
    busy, calm = days(10, 3000), days(1, 40, seed=2)
    both = Values.concat([busy, Values(calm.place + 30_000, calm.us + 10 * DAY_US, calm.value)])
    assert share(both, Reviews(30), 10) > 0.7


def test_none_a_day_reviews_nothing() -> None:
    assert not Reviews(0).step(Reviews(0).start(), days(2, 100))[1].any()


def test_four_laws() -> None:
    check_fold(lambda _: Reviews(3), Valued(), durations_us=(DAY_US,), lives_us=DAY_US, examples=6)


def test_what_is_decided_stays_whatever_comes() -> None:
    values, reviews = days(3, 500), Reviews(20)
    whole = reviews.step(reviews.start(), values)[1]
    for cut in (1, 499, 700, 1200):
        np.testing.assert_array_equal(reviews.step(reviews.start(), values.rows(slice(cut)))[1], whole[:cut])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"a_day": -1}, "reviews.a_day: expected at least 0, got -1"),
        ({"keep": 1.0}, "reviews.keep: expected at least 0 and less than 1, got 1.0"),
    ],
)
def test_wrong_settings_are_told(given: dict[str, float], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Reviews(**given)  # type: ignore[arg-type]
    assert str(caught.value) == text
