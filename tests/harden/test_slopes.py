"""Attacks along slopes stay in their ball, where they do more harm than chance."""

import numpy as np
import pytest

pytest.importorskip("torch")

from ringed import DEEP, YES, clouds, taught

from evercart.errors import UserError
from evercart.harden.attack import Target, wrong
from evercart.harden.slopes import Fgsm, Pgd

X, Y = clouds(200, 2)


@pytest.fixture(scope="module")
def target():
    return Target(DEEP, taught(), wrong(DEEP, Y), Y)


def harm(target, struck):
    return target.harms(struck.x, np.arange(len(X))).mean()


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_in_the_ball_within_bounds(target, norm):
    struck = Pgd(0.3, 8, 2, norm, low=-1.0, high=1.0)(target, np.clip(X, -1, 1), 1)
    away = struck.x - np.clip(X, -1, 1)
    far = np.abs(away).max(1) if norm == "inf" else np.linalg.norm(away, axis=1)
    assert far.max() <= 0.3 + 1e-6 and np.abs(struck.x).max() <= 1
    assert far.mean() > 0.2


def test_one_step_goes_to_the_corner(target):
    struck = Fgsm(0.25)(target, X, 1)
    np.testing.assert_array_equal(np.sign(struck.x - X), np.sign(target.slope(X)))
    np.testing.assert_allclose(np.abs(struck.x - X)[target.slope(X) != 0], 0.25, atol=1e-6)


def test_more_steps_do_more_harm_than_one_than_chance(target):
    drawn = X + 0.4 * np.sign(np.random.default_rng(1).normal(size=X.shape)).astype(np.float32)
    chance = target.harms(drawn, np.arange(len(X))).mean()
    one, many = harm(target, Fgsm(0.4)(target, X, 1)), harm(target, Pgd(0.4, 20, 3)(target, X, 1))
    assert target.harms(X, np.arange(len(X))).mean() < chance < one <= many


def test_a_radius_of_0_changes_nothing(target):
    for attack in (Fgsm(0.0), Pgd(0.0), Pgd(0.0, norm="2")):
        np.testing.assert_array_equal(attack(target, X, 1).x, X)


def test_the_seed_alone_says_where_it_starts(target):
    attack = Pgd(0.2, 1, rate=0.01)
    assert np.array_equal(attack(target, X, 3).x, attack(target, X, 3).x)
    assert not np.array_equal(attack(target, X, 3).x, attack(target, X, 4).x)


def test_a_straight_line_loses_most_in_the_corner():
    state, (x, y) = taught(YES, 600, 2), clouds(50, 2, 2)
    target = Target(YES, state, wrong(YES, y))
    np.testing.assert_allclose(
        target.harms(Pgd(0.01, 20)(target, x, 1).x, np.arange(50)),
        target.harms(Fgsm(0.01)(target, x, 1).x, np.arange(50)),
        rtol=1e-3,
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Fgsm(0.1, 1.0, 0.0), "fgsm.low: expected less than high, 0.0, got 1.0"),
        (lambda: Pgd(-1.0), "pgd.radius: expected 0 or more, got -1.0"),
        (lambda: Pgd(1.0, 0), "pgd.steps: expected at least 1, got 0"),
        (lambda: Pgd(1.0, 1, 0), "pgd.restarts: expected at least 1, got 0"),
        (lambda: Pgd(1.0, norm="1"), "pgd.norm: expected inf or 2, got '1'"),
        (lambda: Pgd(1.0, rate=-1), "pgd.rate: expected 0 or more, got -1"),
        (lambda: Pgd(1.0, low=1, high=1), "pgd.low: expected less than high, 1, got 1"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
