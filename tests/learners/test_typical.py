"""Running mean, median, mode against those of all values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.learners.typical import (
    VALUES,
    see_frequent,
    see_mean,
    see_median,
    typical_frequent,
    typical_median,
)

FEW = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=5)


def told(see, size, values):
    seen = np.zeros(size)
    for value in values:
        see(seen, value)
    return seen


def test_mean():
    values = np.random.default_rng(1).normal(5, 2, 1000)
    assert told(see_mean, 2, values)[1] == pytest.approx(values.mean(), rel=1e-12)


@settings(deadline=None)
@given(FEW)
def test_the_median_of_up_to_five_is_exact(values):
    assert typical_median(told(see_median, 11, values)) == np.median(values)


@pytest.mark.parametrize("draw", ["normal", "exponential", "standard_t"])
def test_the_median_of_many_is_near(draw):
    """Within the middle hundredth of the values."""
    rng = np.random.default_rng(2)
    values = rng.standard_t(3, 20_000) if draw == "standard_t" else getattr(rng, draw)(size=20_000)
    below = (values < typical_median(told(see_median, 11, values))).mean()
    assert abs(below - 0.5) < 0.01


def test_the_median_of_sorted_values_is_near():
    assert typical_median(told(see_median, 11, np.arange(1001.0))) == pytest.approx(500, abs=25)


@settings(deadline=None)
@given(st.lists(st.integers(0, VALUES - 1).map(float), min_size=1, max_size=300))
def test_the_mode_of_few_values_is_exact(values):
    found = typical_frequent(told(see_frequent, 2 * VALUES, values))
    assert values.count(found) == max(values.count(value) for value in values)


def test_the_mode_survives_many_rare_values():
    rng = np.random.default_rng(3)
    values = np.where(rng.random(5000) < 0.3, 7.0, rng.integers(100, 100_000, 5000).astype(float))
    assert typical_frequent(told(see_frequent, 2 * VALUES, values)) == 7.0


def test_before_any_value():
    assert typical_median(np.zeros(11)) == 0.0 and typical_frequent(np.zeros(2 * VALUES)) == 0.0
