"""Square asks the network alone, within the ball."""

import numpy as np
import pytest

pytest.importorskip("torch")

from ringed import DEEP, clouds, taught

from evercart.errors import UserError
from evercart.harden.attack import Target, wrong
from evercart.harden.square import Square

X, Y = clouds(100, 2)


def test_it_does_harm_within_the_ball_without_slopes(monkeypatch):
    monkeypatch.setattr(Target, "slope", lambda self, x: pytest.fail("asked for a slope"))
    target, rows = Target(DEEP, taught(), wrong(DEEP, Y)), np.arange(100)
    struck = Square((2, 3), 0.4, 100, low=-2, high=2)(target, X.clip(-2, 2), 1)
    assert np.abs(struck.x - X.clip(-2, 2)).max() <= 0.4 + 1e-6 and np.abs(struck.x).max() <= 2
    drawn = X + 0.4 * np.sign(np.random.default_rng(1).normal(size=X.shape)).astype(np.float32)
    assert target.harms(struck.x, rows).mean() > 2 * target.harms(drawn, rows).mean()


def test_squares_shrink():
    attack = Square((8, 8), 0.1, 100)
    assert [attack._side(at) for at in (0, 1, 5, 20, 50, 99)] == [4, 3, 2, 2, 1, 1]


def test_a_square_lies_where_it_was_drawn():
    attack = Square((4, 4), 0.5)
    x = np.zeros((2, 16), np.float32)
    new = attack._drawn(x, x, np.array([[0.0, 0.99], [0.0, 0.99], [0.0, 0.99]]), 2).reshape(2, 4, 4)
    assert new[0, :2, :2].tolist() == [[-0.5] * 2] * 2 and new[1, 2:, 2:].tolist() == [[0.5] * 2] * 2
    assert (new != 0).sum() == 8


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"shape": (0, 3)}, "square.shape: expected rows, columns of at least 1, got (0, 3)"),
        ({"radius": -1}, "square.radius: expected 0 or more, got -1"),
        ({"tries": 0}, "square.tries: expected at least 1, got 0"),
        ({"share": 0}, "square.share: expected more than 0, at most 1, got 0"),
        ({"low": 1, "high": 0}, "square.low: expected less than high, 0, got 1"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Square(**{"shape": (2, 3), "radius": 0.1, **bad})
    assert str(caught.value) == text


def test_another_picture_is_refused():
    target = Target(DEEP, DEEP.start(), wrong(DEEP, Y))
    with pytest.raises(UserError) as caught:
        Square((2, 2), 0.1)(target, X, 1)
    assert str(caught.value) == "square.shape: expected 6 pixels, got (2, 2)"
