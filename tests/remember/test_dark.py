"""Old margins are part of the loss."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson

from evercart.errors import UserError
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import HeavyBall
from evercart.remember.dark import Dark

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6), HeavyBall(0.1, 0.0), precision="float64")


def learned(cure, shift):
    """Return how the weights moved with five rows kept whose margins were the network's own, plus a shift."""
    x, y = blobs(20, 1)
    trained = DEEP.start()
    said = DEEP.margins(trained, x[:5]) + shift
    memory = cure.exemplars.keep(cure.start(DEEP), lesson(x[:5], y[:5]), said)
    return cure.learn(DEEP, trained, memory, lesson(x[5:], y[5:], 5))[0].weights - DEEP.start().weights


def test_margins_that_still_hold_pull_nowhere():
    x, y = blobs(20, 1)
    plain = DEEP.learn(DEEP.start(), lesson(x[5:], y[5:])).weights - DEEP.start().weights
    np.testing.assert_allclose(learned(Dark(draws=5, said=1.0, labels=0.0), 0.0), plain, atol=1e-7)
    assert np.abs(learned(Dark(draws=5, said=1.0, labels=0.0), 1.0) - plain).max() > 1e-3


def test_a_step_towards_old_margins_brings_them_nearer():
    cure, (x, y) = Dark(draws=5, said=50.0, labels=0.0), blobs(20, 1)
    trained = DEEP.start()
    want = DEEP.margins(trained, x[:5]) + 1.0
    memory = cure.exemplars.keep(cure.start(DEEP), lesson(x[:5], y[:5]), want)
    trained, _ = cure.learn(replace(DEEP, steps=HeavyBall(0.003, 0.0)), trained, memory, lesson(x[5:], y[5:], 5))
    assert np.abs(DEEP.margins(trained, x[:5]) - want).mean() < 0.9


def test_rows_are_kept_with_what_was_said_of_them_while_learning():
    cure, (x, y) = Dark(), blobs(20, 1)
    _, memory = cure.learn(DEEP, DEEP.start(), cure.start(DEEP), lesson(x, y))
    np.testing.assert_allclose(memory.margins[:20], DEEP.margins(DEEP.start(), x), atol=1e-6)


def test_bad_settings():
    for bad, text in (
        ({"draws": 0}, "dark.draws: expected at least 1, got 0"),
        ({"rounds": 0}, "dark.rounds: expected at least 1, got 0"),
        ({"said": -1}, "dark.said: expected 0 or more, got -1"),
        ({"labels": -1}, "dark.labels: expected 0 or more, got -1"),
    ):
        with pytest.raises(UserError) as caught:
            Dark(**bad)
        assert str(caught.value) == text
    with pytest.raises(UserError, match=r"^dark\.apart: expected a head of classes, got Binary\(\)$"):
        Dark(apart=True).start(replace(DEEP, head=Binary()))
