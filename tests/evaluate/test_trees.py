"""Trees learn what a line cannot."""

import sys

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.losses import log_loss, pinball
from evercart.evaluate.trees import Trees
from evercart.features.columns import Column

COLUMNS = (Column("a"), Column("b", slots=1 << 20))
RNG = np.random.default_rng(2)
X = np.column_stack([RNG.normal(size=2_000), RNG.integers(0, 5, 2_000) * 1_000]).astype(np.float32)
Y = ((np.abs(X[:, 0]) > 0.7) ^ (X[:, 1] == 2_000)).astype(float)
ROWS = np.arange(2_000)


def test_a_bend_with_a_category():
    pytest.importorskip("lightgbm")
    trees = Trees(COLUMNS, log_loss, rounds=50, leaves=8, rate=0.2)
    ready = trees.ready(X)
    first, again = (trees.guess(trees.fit(ready, ROWS, Y, None), ready, ROWS) for _ in range(2))
    assert log_loss.each(Y, first).mean() < 0.1
    assert first.tobytes() == again.tobytes()


def test_quantiles():
    pytest.importorskip("lightgbm")
    trees = Trees(COLUMNS, pinball(0.9), rounds=100)
    ready = trees.ready(X)
    y = RNG.standard_exponential(2_000)
    assert (y <= trees.guess(trees.fit(ready, ROWS, y, None), ready, ROWS)).mean() == pytest.approx(0.9, abs=0.03)


def test_labels_all_alike():
    trees = Trees(COLUMNS, log_loss)
    model = trees.fit(trees.ready(X), ROWS[:9], np.ones(9), None)
    assert trees.guess(model, X, ROWS[:2]).tolist() == [0.95, 0.95]


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    trees = Trees(COLUMNS, log_loss)
    with pytest.raises(UserError) as caught:
        trees.fit(trees.ready(X), ROWS, Y, None)
    assert str(caught.value) == "trees: expected the extra trees (pip install 'evercart[trees]'), got 'no lightgbm'"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rounds": 0}, "trees.rounds: expected at least 1, got 0"),
        ({"leaves": 1}, "trees.leaves: expected at least 2, got 1"),
    ],
)
def test_texts(change, text):
    with pytest.raises(UserError) as caught:
        Trees(COLUMNS, log_loss, **change)
    assert str(caught.value) == text
