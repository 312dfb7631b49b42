"""Old rows are learned beside new ones."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson, told

from evercart.errors import UserError
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import HeavyBall
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6), HeavyBall(0.1, 0.0), batch=10, precision="float64")


def test_the_step_is_that_of_both_losses():
    cure, x, y = Replay(draws=5), *blobs(20, 1)
    first = DEEP.start()
    memory = cure.exemplars.keep(cure.start(DEEP), lesson(x[:5], y[:5]), np.zeros((5, 6)))
    moved, _ = cure.learn(DEEP, DEEP.start(), memory, lesson(x[5:], y[5:], 5))
    parts = [DEEP.learn(DEEP.start(), lesson(x[rows], y[rows])).weights for rows in (slice(5), slice(5, None))]
    np.testing.assert_allclose(moved.weights - first.weights, sum(part - first.weights for part in parts), atol=1e-12)


def test_with_nothing_kept_it_learns_as_without():
    given = told(*blobs(10, 1))
    cured, _ = Remembering(DEEP, Replay()).step(Remembering(DEEP, Replay()).start(), given)
    plain, _ = DEEP.step(DEEP.start(), given)
    assert np.array_equal(cured.trained.weights, plain.weights)


def test_rounds_are_steps():
    learner = Remembering(DEEP, Replay(rounds=3))
    state, _ = learner.step(learner.start(), told(*blobs(20, 1)))
    assert state.trained.counts.learned[0] == 6 and state.memory.filled[0] == 20 and state.trained.seen.sum() == 20


def test_bad_settings():
    for bad, text in (
        ({"draws": 0}, "replay.draws: expected at least 1, got 0"),
        ({"rounds": 0}, "replay.rounds: expected at least 1, got 0"),
    ):
        with pytest.raises(UserError) as caught:
            Replay(**bad)
        assert str(caught.value) == text
    with pytest.raises(UserError, match=r"^replay\.apart: expected a head of classes, got Binary\(\)$"):
        Remembering(replace(DEEP, head=Binary()), Replay(apart=True))
