"""The batch opponent is as good as scikit-learn's."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import OneHotEncoder

from evercart.errors import UserError
from evercart.evaluate.batch_linear import BatchLinear, grid
from evercart.evaluate.losses import absolute, log_loss, pinball, squared
from evercart.features.columns import Column

COLUMNS = (Column("a"), Column("b"), Column("still"), Column("c", slots=9), Column("d", slots=40))
RNG = np.random.default_rng(11)


def sample(n=3_000):
    x = np.empty((n, 5), np.float32)
    x[:, 0] = RNG.normal(3, 2, n)
    x[:, 1] = RNG.lognormal(0, 1, n) * 1_000
    x[:, 2] = 5.0
    x[:, 3] = RNG.integers(0, 9, n)
    x[:, 4] = np.minimum(RNG.geometric(0.1, n), 39)
    z = 0.5 * (x[:, 0] - 3) + 0.0002 * x[:, 1] + 0.3 * (x[:, 3] - 4) + 0.05 * (x[:, 4] - 10)
    return x, z


def plain(x):
    """Return X as scikit-learn wants it: standardised numbers beside one-hot slots."""
    numbers = (x[:, :2] - x[:, :2].mean(axis=0)) / x[:, :2].astype(float).std(axis=0)
    return np.hstack([numbers, OneHotEncoder(sparse_output=False).fit_transform(x[:, 3:])])


X, Z = sample()
ROWS = np.arange(len(X))
YES = (RNG.random(len(X)) < 1 / (1 + np.exp(-Z))).astype(float)


@pytest.mark.parametrize("l2", [0.5, 20.0])
def test_logistic_against_scikit_learn(l2):
    one = BatchLinear(COLUMNS, log_loss, l2, tolerance=1e-8)
    ready = one.ready(X)
    model = one.fit(ready, ROWS, YES, None)
    other = LogisticRegression(C=1 / l2, tol=1e-8, max_iter=1_000).fit(plain(X), YES)
    assert one.guess(model, ready, ROWS) == pytest.approx(other.predict_proba(plain(X))[:, 1], abs=1e-5)
    assert model.gradient < 1e-7


def test_least_squares_against_ridge():
    y = 500 + 40 * Z + RNG.normal(0, 30, len(X))
    one = BatchLinear(COLUMNS, squared, 3.0, tolerance=1e-9)
    ready = one.ready(X)
    guess = one.guess(one.fit(ready, ROWS, y, None), ready, ROWS)
    assert guess == pytest.approx(Ridge(alpha=3.0).fit(plain(X), y).predict(plain(X)), rel=1e-5)


def test_the_usual_tolerance_is_converged():
    one = BatchLinear(COLUMNS, log_loss, 1.0)
    ready = one.ready(X)
    near, exact = (
        log_loss.each(YES, one.guess(replace(one, tolerance=tol).fit(ready, ROWS, YES, None), ready, ROWS)).mean()
        for tol in (1e-5, 1e-10)
    )
    assert near == pytest.approx(exact, abs=1e-7)


@pytest.mark.parametrize(("loss", "level"), [(pinball(0.8), 0.8), (absolute, 0.5)])
def test_quantiles_split_the_labels(loss, level):
    y = 500 + 40 * Z + 30 * RNG.standard_exponential(len(X))
    one = BatchLinear(COLUMNS, loss, 1.0)
    ready = one.ready(X)
    guess = one.guess(one.fit(ready, ROWS, y, None), ready, ROWS)
    assert (y <= guess).mean() == pytest.approx(level, abs=0.01)
    mean = one.guess(replace(one, loss=squared).fit(ready, ROWS, y, None), ready, ROWS)
    assert loss.each(y, guess).mean() < loss.each(y, mean).mean()


def test_a_warm_start_ends_at_the_same_place_sooner():
    one = BatchLinear(COLUMNS, log_loss, 1.0)
    ready = one.ready(X)
    first = one.fit(ready, ROWS[:2_800], YES[:2_800], None)
    cold, warm = (one.fit(ready, ROWS, YES, was) for was in (None, first))
    assert warm.passes < cold.passes
    assert one.guess(warm, ready, ROWS) == pytest.approx(one.guess(cold, ready, ROWS), abs=1e-3)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_has_a_finite_guess(label):
    one = BatchLinear(COLUMNS, log_loss)
    ready = one.ready(X)
    rows = ROWS[:9]
    guess = one.guess(one.fit(ready, rows, np.full(9, label), None), ready, rows)
    assert guess == pytest.approx((9 * label + 0.5) / 10)


def test_crosses_learn_what_their_columns_cannot():
    x = RNG.integers(0, 2, (2_000, 2)).astype(np.float32)
    y = (x[:, 0] != x[:, 1]).astype(float)
    columns = (Column("a", slots=2), Column("b", slots=2))
    losses = []
    for crosses in ((), (("a", "b"),)):
        one = BatchLinear(columns, log_loss, crosses=crosses)
        ready = one.ready(x)
        rows = np.arange(2_000)
        losses.append(log_loss.each(y, one.guess(one.fit(ready, rows, y, None), ready, rows)).mean())
    assert losses[0] > 0.69
    assert losses[1] < 0.05


def test_grid():
    found = grid(BatchLinear(COLUMNS, log_loss), (1.0, 2.0), ("numbers", "both"))
    assert [(one.l2, one.reads) for one in found] == [(1, "numbers"), (2, "numbers"), (1, "both"), (2, "both")]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"l2": 0}, "batch_linear.l2: expected more than 0, got 0"),
        ({"reads": "all"}, "batch_linear.reads: expected numbers, slots or both, got 'all'"),
        ({"passes": 0}, "batch_linear.passes: expected at least 1, got 0"),
    ],
)
def test_texts(change, text):
    with pytest.raises(UserError) as caught:
        BatchLinear(COLUMNS, log_loss, **change)
    assert str(caught.value) == text
