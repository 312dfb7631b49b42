"""Each slope is the derivative of its loss."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.losses import guess_of, loss_code, slope_of

NAN = float("nan")
LOSSES = {
    "logistic": lambda m, y: np.log1p(np.exp(m)) - y * m,
    "squared": lambda m, y: (m - y) ** 2,
    "hinge": lambda m, y: max(0.0, 1 - (2 * y - 1) * m),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("margin", [-2.3, -0.4, 0.1, 1.7])
def test_the_slope_is_the_derivative(name, y, margin):
    loss, h = LOSSES[name], 1e-6
    numeric = (loss(margin + h, y) - loss(margin - h, y)) / (2 * h)
    assert slope_of(loss_code("x", name), margin, y, NAN) == pytest.approx(numeric, abs=1e-6)


def test_a_correction_is_the_difference_of_two_slopes():
    assert slope_of(0, 0.7, 1.0, 0.0) == pytest.approx(-1.0)  # for logistic: was - y, whatever the guess
    assert slope_of(1, 0.7, 5.0, 3.0) == pytest.approx(-4.0)
    assert slope_of(2, 0.7, 1.0, 0.0) == pytest.approx(-2.0)


def test_a_margin_without_bound_still_gives_a_probability():
    assert 0.0 < guess_of(0, -1e9) < guess_of(0, 1e9) <= 1.0


def test_an_unknown_loss_is_named():
    with pytest.raises(UserError, match=r"^linear\.loss: expected one of logistic squared hinge, got 'log'$"):
        loss_code("linear.loss", "log")
