"""Puts a small learner within reach of this folder's tests."""

import numpy as np
import pytest

from evercart.features.columns import Column

pytest.importorskip("torch")
pytest.importorskip("onnxruntime", reason="needs the extra deep (onnxruntime)")


@pytest.fixture(scope="session")
def one():
    """A learner of three classes, after some lessons."""
    from evercart.export.unwrapped import unwrapped
    from evercart.labels.turns import SETTLED, Turns
    from evercart.learners.deep.deep import Deep
    from evercart.learners.deep.heads import Classes
    from evercart.learners.deep.mlp import Mlp

    deep = Deep(tuple(Column(f"x{at}") for at in range(6)), Mlp((32,), dropout=0.2), Classes(3), batch=16)
    rng, place = np.random.default_rng(1), np.arange(320)
    x, never = rng.normal(size=(320, 6)).astype(np.float32), np.full(320, np.nan)
    y, what = (x[:, 0] > 0) + (x[:, 1] > 0.5).astype(np.float64), np.full(320, SETTLED, np.int8)
    given = Turns(what, place // 16, place, place, place, y, never, np.ones(320), np.zeros(320, np.uint64), x)
    return unwrapped("here", deep, deep.step(deep.start(), given)[0])
