"""FTRL against a plain transcription of the paper's algorithm 1.

Not against River's, which reads each weight before its latest gradient has reached it, one step late.
"""

from collections import defaultdict

import numpy as np
import pytest
from rows import COLUMNS, draw

from evercart.errors import UserError
from evercart.learners.ftrl import Ftrl, ftrl_weight
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential


def features(row):
    return {"a": row[0], "b": row[1], ("c", row[2]): 1.0, ("d", row[3]): 1.0, "bias": 1.0}


def plain(x, y, alpha, beta, l1, l2):
    """Transcribe algorithm 1."""
    z, n, guesses = defaultdict(float), defaultdict(float), []
    for row, label in zip(x.astype(float).tolist(), y, strict=True):
        found = features(row)
        w = {
            i: 0.0 if abs(z[i]) <= l1 else -(z[i] - np.sign(z[i]) * l1) / ((beta + np.sqrt(n[i])) / alpha + l2)
            for i in found
        }
        p = 1 / (1 + np.exp(-sum(w[i] * v for i, v in found.items())))
        guesses.append(p)
        for i, value in found.items():
            g = (p - label) * value
            sigma = (np.sqrt(n[i] + g * g) - np.sqrt(n[i])) / alpha
            z[i] += g - sigma * w[i]
            n[i] += g * g
    return np.array(guesses)


@pytest.mark.parametrize("settings", [(0.1, 1.0, 0.0, 0.0), (0.5, 0.3, 0.4, 0.0), (0.2, 1.0, 0.1, 2.0)])
def test_as_the_paper_has_it(settings):
    x, y = draw(800)
    learner = Linear(COLUMNS, optimizer=Ftrl(*settings))
    guesses = learner.step(learner.start(), prequential(x, y))[1][::2]
    np.testing.assert_allclose(guesses, plain(x, y, *settings), rtol=1e-9)


@pytest.mark.parametrize("l1", [0.0, 4.0])
def test_l1_leaves_weights_at_zero(l1):
    x, y = draw(500)
    learner = Linear(COLUMNS[2:], optimizer=Ftrl(0.1, l1=l1), bias=False)
    state, _ = learner.step(learner.start(), prequential(x[:, 2:], y))
    weights = [ftrl_weight(learner.optimizer.rule(), state.memory, place) for place in range(len(state.memory))]
    assert (weights.count(0.0) > len(weights) / 2) == (l1 > 0)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"alpha": 0.0}, "ftrl.alpha: expected more than 0, got 0.0"),
        ({"beta": -1.0}, "ftrl.beta: expected more than 0, got -1.0"),
        ({"l1": -1.0}, "ftrl.l1: expected at least 0, got -1.0"),
        ({"l2": -0.5}, "ftrl.l2: expected at least 0, got -0.5"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Ftrl(**bad)
    assert str(caught.value) == text
