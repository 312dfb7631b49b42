"""The solution found row after row is that of one regression over all rows."""

import numpy as np
import pytest
from drawn import blobs

from evercart.errors import UserError
from evercart.remember.ridge import Ridge

RIDGE = Ridge(8, 6, features=48, width=3.0, ridge=0.5)


def learned(x, y, *orders):
    state = RIDGE.start()
    for order in orders:
        state = RIDGE.learn(state, x[order], y[order], np.ones(len(order)))
    return state


def at_once(x, y, weight=1.0):
    rows = RIDGE.lifted(x)
    gram = (rows * weight).T @ rows + 0.5 * np.eye(48)
    return np.linalg.solve(gram, (rows * weight).T @ np.eye(6)[y.astype(int)])


def test_exact_however_the_rows_came():
    x, y = blobs(200, 1)
    by_class = np.array_split(np.argsort(y, kind="stable"), 9)
    for orders in ([np.arange(200)], by_class, np.arange(200)[:, None]):
        np.testing.assert_allclose(learned(x, y, *orders).weights, at_once(x, y), rtol=1e-6, atol=1e-8)


def test_weights_and_what_is_taken_back():
    x, y = blobs(60, 1)
    weight = np.linspace(0.1, 2, 60)
    state = RIDGE.learn(RIDGE.start(), x, y, weight)
    np.testing.assert_allclose(state.weights, at_once(x, y, weight[:, None]), rtol=1e-6, atol=1e-8)
    state = RIDGE.learn(state, x[30:], y[30:], -weight[30:])
    np.testing.assert_allclose(state.weights, at_once(x[:30], y[:30], weight[:30, None]), rtol=1e-5, atol=1e-7)


def test_features_are_about_a_gaussian_kernel():
    many, (x, _) = Ridge(8, 2, features=1 << 14, width=3.0), blobs(6, 1)
    rows = many.lifted(x)
    away = ((x[:, None].astype(float) - x[None]) ** 2).sum(2)
    np.testing.assert_allclose(rows @ rows.T, np.exp(-away / 18), atol=0.04)


def test_a_class_never_learned_is_never_said():
    x, y = blobs(100, 1, (1, 4))
    assert set(RIDGE.predict(learned(x, y, np.arange(100)), blobs(100, 2)[0])) == {1.0, 4.0}


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"inputs": 0}, "ridge.inputs: expected at least 1, got 0"),
        ({"classes": 1}, "ridge.classes: expected at least 2, got 1"),
        ({"features": 0}, "ridge.features: expected 1 to 16384, got 0"),
        ({"width": 0}, "ridge.width: expected more than 0, got 0"),
        ({"ridge": np.inf}, "ridge.ridge: expected more than 0 and finite, got inf"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Ridge(**{"inputs": 8, "classes": 6, **bad})
    assert str(caught.value) == text
