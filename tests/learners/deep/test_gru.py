"""A gated recurrent unit is torch's, but for steps that are missing."""

import numpy as np
import pytest
from sequences import ASKING, COLUMNS, learner, walks

from evercart.errors import UserError
from evercart.learners.deep.gru import Gru
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.inputs import Inputs
from evercart.testing import Turned, check_fold

torch = pytest.importorskip("torch")


def test_against_torch():
    module = Gru(16).module(Inputs(2, 5, 3), 4)
    theirs = torch.nn.GRU(3, 16, batch_first=True)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(module.given.weight[:, :3])
        theirs.bias_ih_l0.copy_(module.given.bias)
        theirs.weight_hh_l0.copy_(module.carried.weight)
        theirs.bias_hh_l0.copy_(module.carried.bias)
    x = torch.randn(6, 17)
    last = theirs(x[:, 2:].view(6, 5, 3))[0][:, -1]
    np.testing.assert_allclose(module(x).detach(), module.close(last, x[:, :2], None).detach(), atol=1e-5)


def test_a_missing_step_leaves_the_state_as_it_is():
    module = Gru(16).module(Inputs(0, 4, 3), 2)
    x = torch.randn(2, 12)
    x[:, 3:6] = 0
    moved = torch.cat([x[:, 3:6], x[:, :3], x[:, 6:]], 1)
    assert torch.allclose(module(x), module(moved), atol=1e-6)
    assert not torch.allclose(module(x), module(torch.cat([x[:, 6:], x[:, :6]], 1)), atol=1e-3)


@pytest.mark.parametrize("units", [16, 48])
def test_rows_alike(units, rows_alike):
    rows_alike(learner(Gru(units)))
    rows_alike(learner(Gru(units, target=True), ASKING))
    rows_alike(learner(Gru(units), head=Classes(7)))


def test_the_laws():
    one = learner(Gru(16, target=True), ASKING)
    check_fold(lambda _: one, Turned(ASKING), laws=("resume", "batching", "honesty"), examples=3)


@pytest.mark.parametrize("target", [False, True])
def test_the_order_is_learned(target):
    given, y = walks(2400, target)
    one = learner(Gru(16, target), ASKING if target else COLUMNS)
    _, guesses = one.step(one.start(), given)
    right = (guesses[::2] > 0.5) == y
    assert right[:50].mean() < 0.85 and right[-300:].mean() > 0.95


def test_bad_units():
    with pytest.raises(UserError, match=r"^gru\.units: expected multiples of 16, got 20$"):
        Gru(20)
