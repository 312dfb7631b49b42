"""Trees are kept as text."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.grown import REPEATABLE, booster, require_trees, text_of

lightgbm = pytest.importorskip("lightgbm")


def test_a_text_says_what_the_trees_said() -> None:
    x = np.random.default_rng(1).random((300, 2))
    params = {"objective": "binary", **REPEATABLE}
    grown = lightgbm.train(params, lightgbm.Dataset(x, x[:, 0] > 0.5, params=params), 6)
    text = text_of(grown)
    np.testing.assert_array_equal(booster(text.tobytes(), "test").predict(x), grown.predict(x))
    again = lightgbm.train(params, lightgbm.Dataset(x, x[:, 0] > 0.5, params=params), 6)
    assert text_of(again).tobytes() == text.tobytes()


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(UserError) as caught:
        require_trees("thing")
    assert str(caught.value) == "thing: expected the extra trees (pip install 'evercart[trees]'), got 'no lightgbm'"
