"""An attack inside the network stays in its ball; a larger one does more harm."""

import numpy as np
import pytest

pytest.importorskip("torch")

from ringed import DEEP, clouds, taught

from evercart.errors import UserError
from evercart.harden.attack import Target, wrong
from evercart.harden.embedded import Embedded
from evercart.harden.scores import scores

X, Y = clouds(100, 2)


def test_within_the_ball_of_the_named_part():
    target = Target(DEEP, taught(), wrong(DEEP, Y))
    struck = Embedded("1", 0.5, 10, 2)(target, X, 1)
    assert np.array_equal(struck.x, X) and struck.part == "1" and struck.shift.shape == (100, 32)
    assert np.linalg.norm(struck.shift, axis=1).max() <= 0.5 + 1e-6


def test_more_radius_more_harm():
    state = taught()
    found = scores(DEEP, state, X, Y, {"near": Embedded("1", 0.5, 5), "far": Embedded("1", 3.0, 5)}, 1)
    clean, near, far, worst = (one.right for one in found)
    assert clean > near > far == worst


def test_no_radius_no_shift():
    target = Target(DEEP, taught(rows=100), wrong(DEEP, Y))
    assert not Embedded("1", 0.0, 2, 2)(target, X, 1).shift.any()


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"radius": -1}, "embedded.radius: expected 0 or more, got -1"),
        ({"restarts": 0}, "embedded.restarts: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Embedded(**{"part": "1", "radius": 1.0, **bad})
    assert str(caught.value) == text
