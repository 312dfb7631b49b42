"""Sums in any order give what scikit-learn gives at once."""

import numpy as np
import pytest
from drawn import blobs
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from evercart.errors import UserError
from evercart.remember.lda import Lda

LDA = Lda(8, 6, shrink=0.1)


def learned(x, y, *orders):
    state = LDA.start()
    for order in orders:
        state = LDA.learn(state, x[order], y[order], np.ones(len(order)))
    return state


def test_against_scikit_learn():
    x, y = blobs(400, 1)
    state, within = learned(x, y, np.arange(400)), np.zeros((8, 8))
    for group in range(6):
        away = x[y == group] - x[y == group].mean(0, dtype=float)
        within += away.T @ away / 400
    theirs = LinearDiscriminantAnalysis(solver="lsqr", priors=np.full(6, 1 / 6))
    theirs.fit(x, y)
    shrunk = 0.9 * within + 0.1 * np.eye(8)
    means = np.stack([x[y == group].mean(0, dtype=float) for group in range(6)])
    np.testing.assert_allclose(state.slopes, np.linalg.solve(shrunk, means.T).T, rtol=1e-5, atol=1e-6)
    assert (LDA.predict(state, x) == theirs.predict(x)).mean() > 0.97


def test_class_after_class_is_as_good_as_all_at_once():
    x, y = blobs(300, 1)
    whole = learned(x, y, np.arange(300))
    parts = learned(x, y, *np.array_split(np.argsort(y, kind="stable"), 7))
    np.testing.assert_allclose(parts.slopes, whole.slopes, rtol=1e-9)


def test_what_is_taken_back_leaves_nothing():
    x, y = blobs(100, 1)
    state = learned(x, y, np.arange(50), np.arange(50, 100))
    state = LDA.learn(state, x[50:], y[50:], -np.ones(50))
    np.testing.assert_allclose(state.slopes, learned(x, y, np.arange(50)).slopes, rtol=1e-8, atol=1e-8)


def test_a_class_never_learned_is_never_said():
    x, y = blobs(100, 1, (1, 4))
    assert set(LDA.predict(learned(x, y, np.arange(100)), blobs(100, 2)[0])) == {1.0, 4.0}


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"inputs": 0}, "lda.inputs: expected at least 1, got 0"),
        ({"classes": 1}, "lda.classes: expected at least 2, got 1"),
        ({"shrink": 0.0}, "lda.shrink: expected more than 0 and at most 1, got 0.0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Lda(**{"inputs": 8, "classes": 6, **bad})
    assert str(caught.value) == text
