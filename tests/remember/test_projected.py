"""A step never points up the loss of old rows."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson

from evercart.errors import UserError
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import HeavyBall
from evercart.remember.projected import Projected, projected

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6), HeavyBall(0.01, 0.0), precision="float64")


def test_projection():
    rng = np.random.default_rng(1)
    for _ in range(20):
        one, other = rng.normal(size=(2, 9))
        out = projected(one, other)
        assert out @ other >= -1e-12
        assert np.array_equal(out, one) == bool(one @ other >= 0)


def test_a_lesson_that_contradicts_old_rows_leaves_them_as_they_are():
    x, y = blobs(10, 1)
    cure, slopes = Projected(draws=10), []
    memory = cure.exemplars.keep(cure.start(DEEP), lesson(x, y), np.zeros((10, 6)))
    old = DEEP.gradient(DEEP.start(), lambda ask: DEEP.loss(ask(x), lesson(x, y))).weights
    contrary = lesson(x, (y + 1) % 6, 100)
    for moved in (cure.learn(DEEP, DEEP.start(), memory, contrary)[0], DEEP.learn(DEEP.start(), contrary)):
        slopes.append((moved.weights - DEEP.start().weights) @ old)
    assert slopes[1] > 1e-6 and abs(slopes[0]) < 1e-12


def test_bad_settings():
    with pytest.raises(UserError, match=r"^projected\.draws: expected at least 1, got 0$"):
        Projected(draws=0)
