"""Labels on another scale inside."""

import numpy as np
import pytest
from rows import COLUMNS, draw, turns

from evercart.errors import UserError
from evercart.labels.turns import CORRECTION, SETTLED
from evercart.learners.linear import Linear
from evercart.learners.optimizers import Sgd
from evercart.learners.prequential import prequential
from evercart.learners.transformed import Transformed


def test_inside_the_labels_are_scaled_outside_the_guesses_are_not():
    x, y = draw(50)
    inside = Linear(COLUMNS, "squared", Sgd(0.01))
    outer = Transformed(inside, 0.01)
    expected = inside.step(inside.start(), prequential(x, y))[1]
    guesses = outer.step(outer.start(), prequential(x, 100 * y))[1]
    np.testing.assert_allclose(guesses, 100 * expected, rtol=1e-9)


def test_corrections_are_scaled_too():
    x, _ = draw(1)
    outer = Transformed(Linear(COLUMNS, "squared", Sgd(0.01)), 0.5)
    same = turns([SETTLED, CORRECTION], [0, 0], np.repeat(x, 2, 0), [4.0, 8.0], was=[np.nan, 4.0])
    right = turns([SETTLED], [0], x, [8.0])
    np.testing.assert_allclose(outer.step(outer.start(), same)[0].memory, outer.step(outer.start(), right)[0].memory)


@pytest.mark.parametrize("scale", [0, -1, float("inf")])
def test_bad_settings(scale):
    with pytest.raises(UserError) as caught:
        Transformed(Linear(COLUMNS), scale)
    assert str(caught.value) == f"transformed.scale: expected more than 0 and finite, got {scale}"
