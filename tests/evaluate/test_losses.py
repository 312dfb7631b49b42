"""Losses are those of the books."""

import numpy as np
import pytest
from sklearn import metrics as reference

from evercart.errors import UserError
from evercart.evaluate.losses import EPSILON, Loss, absolute, log_loss, pinball, squared

RNG = np.random.default_rng(3)


def test_log_loss_against_scikit_learn():
    y, p = (RNG.random(1_000) < 0.3).astype(float), RNG.random(1_000)
    assert log_loss.each(y, p).mean() == pytest.approx(reference.log_loss(y, p), rel=1e-12)


def test_a_certain_miss_costs_a_stated_amount():
    assert log_loss.each(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(-np.log(EPSILON), rel=2e-2)
    assert log_loss.each(np.array([1.0]), np.array([1.0]))[0] == pytest.approx(0.0, abs=2 * EPSILON)


def test_number_losses_against_scikit_learn():
    y, guess = RNG.normal(size=500), RNG.normal(size=500)
    assert squared.each(y, guess).mean() == pytest.approx(reference.mean_squared_error(y, guess))
    assert absolute.each(y, guess).mean() == pytest.approx(reference.mean_absolute_error(y, guess))
    assert pinball(0.9).each(y, guess).mean() == pytest.approx(reference.mean_pinball_loss(y, guess, alpha=0.9))


def test_the_quantile_has_the_least_pinball_loss():
    y = RNG.normal(size=20_000)
    at = [pinball(0.8).each(y, np.full(len(y), g)).mean() for g in np.quantile(y, [0.7, 0.8, 0.9])]
    assert at[1] == min(at)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Loss("hinge", "binary"), r"^loss.name: expected one of log_loss .* pinball, got 'hinge'$"),
        (lambda: pinball(1.5), r"^loss.level: expected a number between 0 and 1, got 1.5$"),
    ],
)
def test_texts(make, text):
    with pytest.raises(UserError, match=text):
        make()
