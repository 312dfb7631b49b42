"""Springs are as stiff as the Fisher matrix says, computed here by differences of log chances."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson, told

from evercart.errors import UserError
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.extra import torch
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import HeavyBall
from evercart.remember.elastic import Elastic, _apart, _together, fisher
from evercart.remember.news import News
from evercart.remember.remembering import Remembering


def deep(head):
    return Deep(COLUMNS, Mlp((16,)), head, HeavyBall(0.05), precision="float64")


def log_chances(learner, weights, x):
    """Return the log chance of each label, (rows, labels)."""
    margins = learner.margins(learner.start()._replace(weights=weights), x)
    if isinstance(learner.head, Binary):
        margins = np.c_[np.zeros(len(x)), margins[:, 0]]
    return margins - np.log(np.exp(margins).sum(1, keepdims=True))


@pytest.mark.parametrize("head", [Binary(), Classes(3)])
def test_the_penalty_against_the_numerical_fisher_of_the_models_own_labels(head):
    learner, (x, _) = deep(head), blobs(10, 1)
    trained = learner.start()
    weights = trained.weights
    chances, exact = np.exp(log_chances(learner, weights, x)), np.zeros(len(weights))
    for place in range(len(weights)):
        step = np.zeros(len(weights))
        step[place] = 1e-5
        slopes = (log_chances(learner, weights + step, x) - log_chances(learner, weights - step, x)) / 2e-5
        exact[place] = (chances * slopes**2).sum(1).mean()
    ours = fisher(learner, trained, x)
    large = exact > 1e-6 * exact.max()
    assert large.sum() > 100
    np.testing.assert_allclose(ours[large], exact[large], rtol=1e-4)

    cure = Elastic(strength=7.0, news=News(every=9))
    away = np.random.default_rng(1).normal(size=len(weights)) * 0.1
    springs = cure.start(learner)._replace(anchor=weights, stiffness=ours)
    value, slope = cure.penalty(trained._replace(weights=weights + away), springs)
    assert value == pytest.approx(3.5 * (exact * away**2).sum(), rel=1e-4)
    np.testing.assert_allclose(slope[large], (7.0 * exact * away)[large], rtol=1e-4)


def test_squared_loss_has_labels_of_variance_one_half():
    learner, (x, _) = deep(Squared()), blobs(10, 1)
    trained = learner.start()
    total = np.zeros(len(trained.weights))
    for row in x:
        slope = learner.gradient(trained, lambda ask, row=row: ask(row[None]).sum()).weights
        total += 2 * slope**2
    np.testing.assert_allclose(fisher(learner, trained, x), total / 10, rtol=1e-9, atol=1e-15)


def course(strength):
    learner, cure = deep(Classes(6)), Elastic(strength, look=2, news=News(rest=2))
    trained, memory, anchored = learner.start(), cure.start(learner), None
    for step, classes in enumerate([(0, 1)] * 20 + [(2, 3)] * 20):
        one = lesson(*blobs(32, step, classes))
        trained, memory = cure.learn(learner, trained, memory, one)
        trained = learner.seen(trained, one)
        anchored = memory.anchor if step == 20 else anchored
    return trained, memory, anchored


def test_an_anchor_is_dropped_when_classes_come():
    _, memory, anchored = course(1.0)
    assert np.array_equal(memory.anchor, anchored) and (memory.stiffness > 0).any()
    assert (memory.looked[0], memory.since[0]) == (10, 20)


def test_stronger_springs_hold_what_mattered():
    moved = []
    for strength in (0.0, 50.0):
        trained, memory, anchored = course(strength)
        moved.append((memory.stiffness * (trained.weights - anchored) ** 2).sum())
    assert moved[1] < 0.2 * moved[0]


def test_bad_settings():
    for bad, text in (
        ({"strength": -1}, "elastic.strength: expected 0 or more, got -1"),
        ({"keep": 1.5}, "elastic.keep: expected 0 to 1, got 1.5"),
        ({"look": 0}, "elastic.look: expected at least 1, got 0"),
    ):
        with pytest.raises(UserError) as caught:
            Elastic(**bad)
        assert str(caught.value) == text


@pytest.mark.parametrize("head", [Binary(), Classes(3), Squared()])
def test_a_network_that_keeps_to_itself_is_looked_at_a_slope_at_a_time(head):
    learner, (x, _) = deep(head), blobs(10, 1)
    trained = learner.start()
    rows = torch().from_numpy(x.astype(np.float64))
    for one, other in zip(_apart(learner, trained, rows), _together(learner, trained, rows), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_a_keras_model_is_held(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip("keras", reason="needs keras")
    where = Path(__file__).parents[2] / "examples" / "keras_model.py"
    spec = spec_from_file_location("keras_model", where)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    learner = Remembering(Deep(COLUMNS, module.Keras(), Classes(3)), Elastic(100.0, look=1, news=News(every=2)))
    x, y = blobs(128, 1, range(3))
    state, _ = learner.step(learner.start(), told(x, y, 32))
    assert (
        state.memory.stiffness.min() >= 0 and state.memory.stiffness.max() > 0 and state.trained.counts.skipped[0] == 0
    )
