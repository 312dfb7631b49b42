"""The factorization machine against plain numpy; pairs are learned; first vectors come from chance alone."""

import numpy as np
import pytest
from rows import COLUMNS, draw, turns

from evercart.chance import normal
from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.factorization import Factorization
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential


def plain(learner, x, y, offsets):
    """Transcribe equations 1 to 5 in float64, with AdaGrad's steps; pairs are summed one by one."""
    k, many = learner.factors, learner.terms.weights
    drawn = learner.spread * normal(learner.seed, np.arange(many * k), "factors").reshape(many, k)
    w, v, gw, gv, known = np.zeros(many), np.zeros((many, k)), np.zeros(many), np.zeros((many, k)), set()
    w0, g0, guesses = 0.0, 0.0, []

    def margin(at, values):
        pairs = sum(v[at[i]] @ v[at[j]] * values[i] * values[j] for i in range(len(at)) for j in range(i + 1, len(at)))
        return w0 + w[at] @ values + pairs

    def link(m):
        return 1 / (1 + np.exp(-m)) if learner.loss == "logistic" else m

    for row, label in zip(x.astype(float), y, strict=True):
        at = [0, 1, *(int(row[c]) + first for c, first in offsets)]
        values = np.array([row[0], row[1], 1.0, 1.0])
        guesses.append(link(margin(at, values)))
        for place in set(at) - known:
            v[place] = drawn[place]
            known.add(place)
        slope = (link(margin(at, values)) - label) * (1 if learner.loss == "logistic" else 2)
        total = (v[at] * values[:, None]).sum(0)
        g0 += slope**2
        w0 -= learner.rate * slope / np.sqrt(learner.damping + g0)
        for place, value in zip(at, values, strict=True):
            g = slope * value + learner.l2 * w[place]
            gw[place] += g * g
            w[place] -= learner.rate * g / np.sqrt(learner.damping + gw[place])
            pull = slope * value * (total - v[place] * value) + learner.l2 * v[place]
            gv[place] += pull**2
            v[place] -= learner.rate * pull / np.sqrt(learner.damping + gv[place])
    return np.array(guesses)


@pytest.mark.parametrize("loss", ["logistic", "squared"])
@pytest.mark.parametrize("factors", [3, 8])
def test_as_plain_numpy_has_it(loss, factors):
    """Weights are kept in float32, hence 1e-4."""
    x, y = draw(300)
    learner = Factorization(COLUMNS, loss, factors=factors, l2=0.01, spread=0.2)
    guesses = learner.step(learner.start(), prequential(x, y))[1][::2]
    np.testing.assert_allclose(guesses, plain(learner, x, y, ((2, 2), (3, 42))), rtol=1e-4, atol=1e-4)


def test_pairs_are_learned_where_a_linear_model_cannot():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 6, (6000, 2)).astype(np.float32)
    y = ((x[:, 0] + x[:, 1]) % 2).astype(np.float64)
    columns = (Column("p", slots=6), Column("q", slots=6))
    learners = Factorization(columns, rate=0.3, spread=0.3), Linear(columns)
    off = [np.abs(one.step(one.start(), prequential(x, y))[1][::2] - y)[-1000:].mean() for one in learners]
    assert off[0] < 0.1 < 0.4 < off[1]


def test_slots_never_learned_add_nothing():
    learner = Factorization(COLUMNS[2:])
    asked = turns([ASKED] * 3, [0] * 3, [[0, 0], [5, 7], [39, 8]], [0] * 3)
    assert learner.step(learner.start(), asked)[1].tolist() == [0.5] * 3
    state, _ = learner.step(learner.start(), turns([SETTLED], [0], [[5, 7]], [1.0]))
    assert np.flatnonzero(state.memory.any(1)).tolist() == [5, 47]


def test_first_vectors_do_not_depend_on_the_order_of_slots():
    learner = Factorization(COLUMNS[2:], "squared")

    def drawn(rows):
        return learner.step(learner.start(), turns([SETTLED] * 2, [0, 1], rows, [0.0, 0.0]))[0].memory

    ahead, back = drawn([[5, 7], [6, 8]]), drawn([[6, 8], [5, 7]])
    np.testing.assert_allclose(ahead[:, 2:10], back[:, 2:10], atol=1e-3)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"loss": "hinge"}, "factorization.loss: expected logistic or squared, got 'hinge'"),
        ({"factors": 0}, "factorization.factors: expected 1 to 64, got 0"),
        ({"rate": 0.0}, "factorization.rate: expected more than 0, got 0.0"),
        ({"damping": 0.0}, "factorization.damping: expected more than 0, got 0.0"),
        ({"l2": -1.0}, "factorization.l2: expected at least 0, got -1.0"),
        ({"spread": 0.0}, "factorization.spread: expected more than 0, got 0.0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Factorization(COLUMNS, **bad)
    assert str(caught.value) == text
