"""Reviews by Q-learning: dear ones are waited for, once days have taught how many come."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.acting.q_reviews import QReviews
from evercart.acting.reviews import Reviews
from evercart.errors import UserError
from evercart.labels.values import Values
from evercart.units import DAY_US

DAYS, A_DAY, LEFT = 60, 500, 10


def _days(seed: int) -> Values:
    rng = np.random.default_rng(seed)
    us = np.sort(rng.random((DAYS, A_DAY)), 1) * DAY_US + np.arange(DAYS)[:, None] * DAY_US
    return Values(np.arange(us.size), us.ravel().astype(np.int64), rng.exponential(100.0, us.size) - 50)


def _share(fold: QReviews | Reviews, values: Values) -> tuple[float, float]:
    """Return the part of the greatest savings in hindsight, of first come."""
    done = fold.step(fold.start(), values)[1].reshape(DAYS, -1)[20:]
    gain = np.maximum(values.value, 0).reshape(DAYS, -1)[20:]
    best, first = np.sort(gain, 1)[:, -LEFT:].sum(), (np.cumsum(gain > 0, 1) <= LEFT) & (gain > 0)
    assert done.sum(1).max() <= LEFT
    return float((gain * done).sum() / best), float((gain * first).sum() / best)


@pytest.mark.parametrize("seed", range(3))
def test_it_saves_nearly_what_hindsight_would(seed: int) -> None:
    values = _days(seed)
    found, first = _share(QReviews(LEFT), values)
    assert found > 0.9 > 0.4 > first
    assert found > _share(Reviews(LEFT), values)[0] - 0.02


def test_a_morning_is_worth_more_than_an_evening_more_reviews_more_than_few() -> None:
    fold = QReviews(LEFT)
    state, _ = fold.step(fold.start(), _days(5))
    assert (np.diff(state.value[::6, 1:], axis=0) < 0).all()
    assert (np.diff(state.value, axis=1) >= 0).all()
    assert (state.value[-1] == 0).all()


def test_nothing_is_reviewed_that_saves_nothing_or_without_reviews() -> None:
    values = _days(1)
    assert not QReviews(0).step(QReviews(0).start(), values)[1].any()
    done = QReviews(10_000).step(QReviews(10_000).start(), values.rows(slice(300)))[1]
    np.testing.assert_array_equal(done, values.value[:300] > 0)


def test_bad_settings() -> None:
    with pytest.raises(UserError, match=r"^q_reviews\.a_day: expected 0 to 10,000, got -1$"):
        QReviews(-1)
    with pytest.raises(UserError, match=r"^q_reviews\.rate: expected more than 0, at most 1, got 0$"):
        QReviews(rate=0)
