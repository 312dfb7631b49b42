"""A form is judged on rows that it was not made from."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.judged import Labelled, judged

X = np.random.default_rng(7).normal(size=(400, 6)).astype(np.float32)
Y = ((X[:, 0] > 0) + (X[:, 1] > 0.5)).astype(np.float64)


def test_loss_accuracy_size_cpu(one):
    clock = count(0.0, 0.002)  # a round of 200 calls takes 2 ms
    found = judged(
        "plain", one, lambda x: one.deep.margins(one.trained, x), b"body", Labelled(X, Y), lambda: next(clock)
    )
    margins = one.deep.margins(one.trained, X).astype(np.float64)
    chances = np.exp(margins) / np.exp(margins).sum(1, keepdims=True)
    assert found.loss == pytest.approx(-np.log(chances[np.arange(400), Y.astype(int)]).mean(), rel=1e-5)
    assert found.accuracy == (margins.argmax(1) == Y).mean() > 0.6
    assert (found.form, found.size, found.cpu_us) == ("plain", 4, 10.0)


def test_the_newest_quarter_judges():
    early, late = Labelled(X, Y).parts("export spend")
    assert (len(early.y), len(late.y)) == (300, 100) and np.array_equal(late.x, X[300:])
    with pytest.raises(UserError) as caught:
        Labelled(X[:9], Y[:9]).parts("export spend")
    assert str(caught.value) == "export spend: expected at least 64 answered questions in the log, got 9"
