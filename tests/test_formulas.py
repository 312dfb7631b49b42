"""The formulas of docs/decisions/formulas.md that no single module holds."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.learners.losses import guess_of, loss_code, slope_of


def _loss(name: str, margin: float, y: float) -> float:
    guess = guess_of(loss_code("loss", name), margin)
    if name == "logistic":
        return -float(y * np.log(guess) + (1 - y) * np.log(1 - guess))
    return float((guess - y) ** 2) if name == "squared" else max(0.0, 1 - (2 * y - 1) * margin)


@pytest.mark.parametrize("name", ["logistic", "squared", "hinge"])
@pytest.mark.parametrize("margin", [-2.3, -0.4, 0.7, 3.1])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_a_slope_is_the_derivative_of_its_loss(name: str, margin: float, y: float) -> None:
    step = 1e-6
    by_difference = (_loss(name, margin + step, y) - _loss(name, margin - step, y)) / (2 * step)
    assert slope_of(loss_code("loss", name), margin, y, np.nan) == pytest.approx(by_difference, abs=1e-6)
