"""A model with predict, learn: called once a tick, in the right order, with the right rows."""

from typing import NamedTuple

import numpy as np
from rows import turns

from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.learners.by_tick import ByTick


class Sum(NamedTuple):
    total: np.ndarray


class Adds:
    """A model that guesses the sum of weight * y so far."""

    def __init__(self):
        self.calls = []

    def start(self):
        return Sum(np.zeros(1))

    def predict(self, state, x):
        self.calls.append(("predict", x[:, 0].tolist()))
        return np.full(len(x), state.total[0])

    def learn(self, state, x, y, weight):
        self.calls.append(("learn", x[:, 0].tolist(), y.tolist(), weight.tolist()))
        return Sum(state.total + (weight * y).sum())


def test_one_call_a_tick():
    model = Adds()
    given = turns(
        [SETTLED, ASKED, HINT, ASKED, ABANDONED, CORRECTION],
        [0, 0, 0, 1, 1, 2],
        [1, 2, 3, 4, 5, 6],
        [5, 0, 7, 0, np.nan, 10],
        was=[np.nan] * 5 + [4],
        weight=[1, 1, 0.5, 1, 0, 2],
    )
    learner = ByTick(model)
    state, guesses = learner.step(learner.start(), given)
    assert model.calls == [
        ("predict", [2.0]),
        ("learn", [1.0, 3.0], [5.0, 7.0], [1.0, 0.5]),
        ("predict", [4.0]),
        ("learn", [6.0, 6.0], [4.0, 10.0], [-2.0, 2.0]),
    ]
    np.testing.assert_array_equal(guesses, [np.nan, 0.0, np.nan, 8.5, np.nan, np.nan])
    assert state.total[0] == 8.5 + 2 * 10 - 2 * 4
