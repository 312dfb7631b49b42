"""Slopes in conflict are cut, others add up."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import lesson

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Squared
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.steps import HeavyBall
from evercart.learners.deep.tasks import Tasks
from evercart.remember.remembering import Remembering
from evercart.remember.surgery import Surgery

DEEP = Deep(
    (Column("task"), Column("a")),
    Mmoe(("one", "other"), 1, (16,), ()),
    Tasks((Squared(), Squared())),
    HeavyBall(0.01, 0.0),
    batch=8,
    precision="float64",
)
X = np.column_stack([np.arange(8) % 2, np.linspace(-1, 1, 8)]).astype(np.float32)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_step_is_that_of_the_source(sign):
    y = np.where(X[:, 0] == 0, 5.0, sign * 5.0)
    state, slopes = DEEP.start(), []
    for task in (0, 1):
        rows = lesson(X, y).rows(X[:, 0] == task)
        slopes.append(DEEP.gradient(state, lambda ask, rows=rows: DEEP.loss(ask(rows.x), rows)).weights / 2)
    one, other = slopes
    if one @ other < 0:
        whole = (one - (one @ other) / (other @ other) * other) + (other - (one @ other) / (one @ one) * one)
    else:
        whole = one + other
    moved, cuts = Surgery().learn(DEEP, DEEP.start(), Surgery().start(DEEP), lesson(X, y))
    np.testing.assert_allclose(moved.weights - state.weights, -0.01 * whole, atol=1e-12)
    assert cuts.met[0] == 2 and cuts.conflicted[0] == (2 if one @ other < 0 else 0)


def test_it_needs_tasks():
    with pytest.raises(UserError, match=r"^surgery: expected the head Tasks, got Squared\(\)$"):
        Remembering(Deep((Column("a"),), head=Squared()), Surgery())
