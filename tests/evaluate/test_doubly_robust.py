"""Doubly robust estimates: without bias where guesses are wrong, narrow where they are right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student

from evercart.errors import UserError
from evercart.evaluate.doubly_robust import Average, Drawn, average, gain, scores

ROWS, ACTIONS = 2_000, 3


def _world(seed: int) -> tuple[Drawn, np.ndarray, np.ndarray]:
    """Return what was drawn, the true means, what another policy does, which draws seldom do."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(0, 1, (ROWS, ACTIONS)) + np.array([0.0, 2.0, 5.0])
    target = rng.integers(0, ACTIONS, ROWS)
    chances = np.where(np.arange(ACTIONS) == target[:, None], 0.1, 0.45)
    action = (rng.random(ROWS)[:, None] >= np.cumsum(chances, 1)).sum(1)
    rows = np.arange(ROWS)
    return Drawn(action, chances[rows, action], mean[rows, action] + rng.normal(0, 1, ROWS)), mean, target


@pytest.mark.parametrize("off", [0.0, 1.0, -3.0])
def test_wrong_guesses_leave_no_bias(off: float) -> None:
    gaps = []
    for seed in range(60):
        drawn, mean, target = _world(seed)
        truth = mean[np.arange(ROWS), target].mean()
        gaps.append(scores(drawn, mean + off, target).mean() - truth)
    assert abs(np.mean(gaps)) < 3 * np.std(gaps, ddof=1) / np.sqrt(60)


def test_good_guesses_make_it_narrow() -> None:
    drawn, mean, target = _world(1)
    assert scores(drawn, mean, target).std() < 0.7 * scores(drawn, 0 * mean, target).std()


def test_a_look_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = []
    for seed in range(300):
        drawn, mean, target = _world(seed)
        low, high = average(scores(drawn, mean + 0.5, target), np.arange(ROWS)).interval()
        covered.append(low <= 7 / 3 <= high)
    assert 0.92 <= np.mean(covered) <= 0.98


def test_rows_that_hang_together_count_as_groups() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(50), 20)
    together = rng.normal(0, 1, 50)[group] + 0.1 * rng.normal(0, 1, 1000)
    assert average(together, group).error > 3 * average(together, np.arange(1000)).error


def test_the_same_policy_gains_nothing_for_sure() -> None:
    drawn, mean, target = _world(2)
    assert gain(drawn, mean, target, target, np.arange(ROWS) % 9) == Average(0.0, 0.0, 9)
    assert average(np.ones(3), np.zeros(3, np.int64)).error == np.inf


def test_the_bound_at_all_times_is_seldom_wrong_however_often_one_looks() -> None:
    wrong, once = 0, 0
    for seed in range(400):
        x = np.random.default_rng(seed).normal(0, 1, 300)
        n = np.arange(1, 301)
        mean = np.cumsum(x) / n
        spread = np.sqrt(np.maximum(np.cumsum(x * x) / n - mean**2, 0) / np.maximum(n - 1, 1))
        looks = [Average(mean[at], spread[at], at + 1) for at in range(19, 300, 3)]
        wrong += any(look.always_above(0.05) > 0 for look in looks)
        once += any(look.mean > student.ppf(0.95, look.groups - 1) * look.error for look in looks)
    assert wrong / 400 < 0.05
    assert once / 400 > 0.15  # an interval for one look, looked at each day


def test_what_makes_no_sense() -> None:
    drawn, mean, target = _world(1)
    with pytest.raises(UserError, match=r"^doubly_robust\.chance: expected above 0 to 1, got \[0\.\]$"):
        scores(drawn._replace(chance=drawn.chance * 0), mean, target)
    with pytest.raises(UserError, match=r"^doubly_robust\.rows: expected at least one, got 0$"):
        average(np.zeros(0), np.zeros(0, np.int64))
