"""Cross layers are the products they are said to be."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.deep.cross import Cross
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes, Squared
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.learners.prequential import prequential
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

torch = pytest.importorskip("torch")


def test_against_the_formula():
    module = Cross(crosses=2, hidden=()).module(Inputs(3), 2)
    x = torch.randn(4, 3)
    first = np.pad(x.numpy(), ((0, 0), (0, 13)))
    last = first
    for layer in module.crosses:
        last = first * (last @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()) + last
    end = module.last[0]
    margins = (last @ end.weight.detach().numpy().T + end.bias.detach().numpy())[:, :2]
    np.testing.assert_allclose(module(x).detach(), margins, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("network", [Cross(), Cross(3, (32, 16), 0.2), Cross(1, ())])
def test_rows_alike(network, rows_alike):
    rows_alike(Deep(COLUMNS, network, table=Table(2000, 5)))
    rows_alike(Deep(tuple(Column(f"x{at}") for at in range(31)), network, Classes(7)))


def test_the_laws():
    learner = Deep(COLUMNS, Cross(hidden=(16,), dropout=0.3), Squared(), batch=4, table=Table(64, 3))
    check_fold(lambda _: learner, Turned(labels="sum"), laws=("resume", "batching", "honesty"), examples=4)


def test_crosses_alone_learn_a_product():
    x = np.random.default_rng(1).normal(size=(1500, 2)).astype(np.float32)
    learner = Deep((Column("a"), Column("b")), Cross(1, ()), Squared(), AdamW(0.02), batch=16)
    _, guesses = learner.step(learner.start(), prequential(x, (x[:, 0] * x[:, 1]).astype(float)))
    assert ((guesses[::2] - x[:, 0] * x[:, 1])[1000:] ** 2).mean() < 0.02


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"crosses": 0}, "cross.crosses: expected at least 1, got 0"),
        ({"hidden": (7,)}, "cross.hidden: expected multiples of 16, got 7"),
        ({"dropout": -0.1}, "cross.dropout: expected 0 or more and less than 1, got -0.1"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Cross(**bad)
    assert str(caught.value) == text
