"""The interval of a difference covers what it should."""

import numpy as np
import pytest
from scipy.special import stdtrit

from evercart.evaluate.compare import difference, student_975
from evercart.evaluate.losses import squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.units import DAY_US

REPORT = Report(("champion", "control"), squared)


def race(rng, gap, days=140, a_day=30, people=200, day_noise=0.0, person_noise=0.0):
    """Return days on which the control's loss is above the champion's by `gap` in expectation."""
    n = days * a_day
    day = np.repeat(np.arange(days), a_day)
    person = rng.integers(0, people, n)
    shocks = np.convolve(rng.normal(size=days + 6), np.ones(7) / np.sqrt(7), "valid")
    excess = gap + day_noise * shocks[day] + person_noise * rng.normal(size=people)[person] + rng.normal(size=n)
    base = 40.0
    guesses = np.column_stack([np.full(n, np.sqrt(base)), np.sqrt(base + excess)])
    return REPORT.days(
        Scored(
            np.arange(n),
            day * DAY_US,
            np.zeros(n),
            person.astype(np.uint64) + np.uint64(1),
            np.zeros(n, np.int16),
            guesses,
        )
    )


@pytest.mark.parametrize(("day_noise", "person_noise"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(day_noise, person_noise):
    covered = 0
    for seed in range(60):
        days = race(np.random.default_rng(seed), 0.2, day_noise=day_noise, person_noise=person_noise)
        found = difference(REPORT, days, "control", "champion", seed=seed)
        covered += found.low <= 0.2 <= found.high
    assert 52 <= covered <= 60


def test_it_is_not_needlessly_wide():
    found = difference(REPORT, race(np.random.default_rng(1), 0.2), "control", "champion")
    assert found.high - found.low < 2.2 * 1.96 / np.sqrt(140 * 30) * 1.7
    assert found.low < found.mean < found.high


def test_dependent_days_widen_it():
    rng = np.random.default_rng(2)
    days = race(rng, 0.0, day_noise=0.5)
    weekly, daily = (difference(REPORT, days, "control", "champion", block_days=b) for b in (14, 1))
    assert weekly.high - weekly.low > 1.3 * (daily.high - daily.low)


def test_the_same_seed_gives_the_same_bits():
    days = race(np.random.default_rng(3), 0.1, days=30)
    assert difference(REPORT, days, "control", "champion") == difference(REPORT, days, "control", "champion")
    assert difference(REPORT, days, "control", "champion", seed=1) != difference(REPORT, days, "control", "champion")


def test_too_few_days_have_no_interval():
    found = difference(REPORT, race(np.random.default_rng(4), 0.1, days=14), "control", "champion")
    assert np.isfinite(found.mean)
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert np.isnan(difference(REPORT, REPORT.none(), "control", "champion").mean)


@pytest.mark.parametrize(("freedom", "rtol"), [(2, 0.02), (4, 1e-3), (10, 1e-4), (100, 1e-6)])
def test_student_s_quantile_is_that_of_scipy(freedom: int, rtol: float) -> None:
    assert student_975(freedom) == pytest.approx(stdtrit(freedom, 0.975), rel=rtol)
