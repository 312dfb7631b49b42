"""Labels of any size are learned alike; guesses come back on the label's own scale."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.prequential import prequential
from evercart.learners.rescaled import Rescaled

COLUMNS = (Column("a"), Column("b"))


@pytest.mark.parametrize("scale", [0.125, 1024.0])
def test_guesses_follow_the_scale_of_the_labels(scale: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2)).astype(np.float32)
    y = 3.0 + x[:, 0] - x[:, 1]
    learner = Rescaled(Linear(COLUMNS, "squared", Ftrl()))
    one = learner.step(learner.start(), prequential(x, y))[1]
    other = learner.step(learner.start(), prequential(x, y * scale))[1]
    np.testing.assert_array_equal(one[0::2] * scale, other[0::2])  # powers of two: to the last bit
    assert float(np.mean((one[600::2] - y[300:]) ** 2)) < 0.5 < float(np.var(y))


def test_a_tick_is_guessed_by_the_size_before_it_and_learned_by_the_size_after() -> None:
    learner = Rescaled(Mean(prior=0.5, strength=1.0))
    turns = prequential(np.zeros((3, 0), np.float32), np.array([8.0, 6.0, 0.0]))
    turns.tick[:] = [0, 0, 0, 1, 1, 1]
    turns.what[:] = [ASKED, SETTLED, ASKED, SETTLED, ASKED, SETTLED]
    state, guesses = learner.step(learner.start(), turns)
    assert guesses[0] == guesses[2] == 0.5
    assert guesses[4] == (0.5 + 8.0 / 8.0) / 2 * 8.0
    np.testing.assert_allclose(state.seen, [3, (64 + 36 + 0) / 3])


def test_labels_of_zero_have_no_size() -> None:
    learner = Rescaled(Mean(prior=0.0))
    guesses = learner.step(learner.start(), prequential(np.zeros((4, 0), np.float32), np.zeros(4)))[1]
    assert guesses[0::2].tolist() == [0.0] * 4
