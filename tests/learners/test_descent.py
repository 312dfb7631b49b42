"""Descents against River's, where every row touches every weight; laziness; L1, L2; bad settings."""

import numpy as np
import pytest
from river import linear_model, optim
from rows import COLUMNS, draw

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.descent import AdaGrad, Adam, Momentum, RmsProp, Sgd
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential

PAIRS = [
    (Sgd(0.05), lambda: optim.SGD(0.05)),
    (Momentum(0.02, 0.8), lambda: optim.Momentum(0.02, 0.8)),
    (AdaGrad(0.1), lambda: optim.AdaGrad(0.1, 1e-8)),
    (RmsProp(0.02, 0.9), lambda: optim.RMSProp(0.02, 0.9, 1e-8)),
    (Adam(0.02), lambda: optim.Adam(0.02)),
]
MODELS = {"logistic": linear_model.LogisticRegression, "squared": linear_model.LinearRegression}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("loss", MODELS)
@pytest.mark.parametrize("l2", [0.0, 0.03])
def test_dense_rows_as_river(ours, theirs, loss, l2):
    x, y = draw(300)
    x = x[:, :2]
    columns = (*COLUMNS[:2], Column("one"))
    x = np.column_stack([x, np.ones(300, np.float32)])
    model = MODELS[loss](theirs(), intercept_lr=0.0, l2=l2)
    expected = []
    for row, label in zip(x.astype(float).tolist(), y, strict=True):
        given = dict(zip("abo", row, strict=True))
        expected.append(model.predict_proba_one(given)[True] if loss == "logistic" else model.predict_one(given))
        model.learn_one(given, label > 0 if loss == "logistic" else label)
    settings = {**vars(ours), "l2": l2}
    learner = Linear(columns, loss, type(ours)(**settings), bias=False)
    guesses = learner.step(learner.start(), prequential(x, y))[1][::2]
    np.testing.assert_allclose(guesses, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("optimizer", [Momentum(), RmsProp(), Adam()])
def test_a_slot_that_is_not_there_does_not_move(optimizer):
    learner = Linear((Column("s", slots=4),), optimizer=optimizer, bias=False)
    state, _ = learner.step(learner.start(), prequential(np.array([[1]], np.int32), np.array([1.0])))
    before = state.memory[1].copy()
    others = np.array([[2], [3], [2]], np.int32)
    state, _ = learner.step(state, prequential(others, np.array([1.0, 0.0, 1.0])))
    np.testing.assert_array_equal(state.memory[1], before)


def test_adam_counts_the_steps_of_each_weight():
    """The first step of a slot is the rate, however late it comes."""
    learner = Linear((Column("s", slots=2),), "squared", Adam(0.01), bias=False)
    slots = np.array([[0]] * 500 + [[1]], np.int32)
    state, _ = learner.step(learner.start(), prequential(slots, np.ones(501)))
    assert state.memory[1, 0] == pytest.approx(0.01, rel=1e-6)


def test_l1_thresholds_by_the_rate():
    """A step of 0.1 * 2 * 3 from zero, then a pull of 0.1 * 0.5 towards it."""
    learner = Linear((Column("s", slots=1),), "squared", Sgd(0.1, l1=0.5), bias=False)
    state, _ = learner.step(learner.start(), prequential(np.zeros((1, 1), np.int32), np.array([3.0])))
    assert state.memory[0, 0] == pytest.approx(0.6 - 0.05)
    learner = Linear((Column("s", slots=1),), "squared", Sgd(0.1, l1=50.0), bias=False)
    state, _ = learner.step(learner.start(), prequential(np.zeros((1, 1), np.int32), np.array([3.0])))
    assert state.memory[0, 0] == 0.0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Sgd(0.0), "sgd.rate: expected more than 0, got 0.0"),
        (lambda: Sgd(l1=-1.0), "sgd.l1: expected at least 0, got -1.0"),
        (lambda: Momentum(l2=-1.0), "momentum.l2: expected at least 0, got -1.0"),
        (lambda: Momentum(rho=1.0), "momentum.rho: expected at least 0 and less than 1, got 1.0"),
        (lambda: AdaGrad(eps=0.0), "adagrad.eps: expected more than 0, got 0.0"),
        (lambda: RmsProp(rho=-0.1), "rmsprop.rho: expected at least 0 and less than 1, got -0.1"),
        (lambda: RmsProp(eps=0.0), "rmsprop.eps: expected more than 0, got 0.0"),
        (lambda: Adam(beta1=1.5), "adam.beta1: expected at least 0 and less than 1, got 1.5"),
        (lambda: Adam(beta2=1.0), "adam.beta2: expected at least 0 and less than 1, got 1.0"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
