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


def turned(columns, rows=400, seed=3):
    """Rows of numbers far from a scale of 1, of slots of all kinds, now and then of neither."""
    from evercart.labels.turns import ASKED, SETTLED, Turns

    rng, place = np.random.default_rng(seed), np.arange(2 * rows)
    x = rng.normal(40, 9, size=(2 * rows, len(columns))).astype(np.float32)
    for at, column in enumerate(columns):
        if not column.is_number:
            x[:, at] = rng.integers(0, column.slots, 2 * rows)
    x[::17, 0] = np.nan
    what, never = np.where(place % 16 < 8, ASKED, SETTLED).astype(np.int8), np.full(2 * rows, np.nan)
    y = np.where(what == ASKED, np.nan, x[:, -1] % 2)
    return Turns(what, place // 16, place, place, place, y, never, np.ones(len(x)), np.zeros(len(x), np.uint64), x)


@pytest.fixture(scope="session")
def sloted():
    """A scaled learner of numbers with slots, its state after some lessons."""
    from evercart.learners.deep.deep import Deep
    from evercart.learners.deep.deep_fm import DeepFm
    from evercart.learners.deep.table import Table
    from evercart.learners.scaled import Scaled

    columns = (Column("a"), Column("same"), Column("shop", slots=3000), Column("word", slots=40), Column("b"))
    deep = Deep(columns, DeepFm((16,)), batch=8, table=Table(rows=64, width=4, rate=0.3))
    turns = turned(columns)
    turns.x[:, 1] = 5.0
    learner = Scaled(deep, columns, most=2.0)
    return learner, learner.step(learner.start(), turns)[0]


@pytest.fixture(scope="session")
def tasked():
    """A learner of two tasks, its state after some lessons."""
    from evercart.learners.deep.deep import Deep
    from evercart.learners.deep.heads import Binary
    from evercart.learners.deep.mmoe import Mmoe
    from evercart.learners.deep.numbered import Numbered, numbered
    from evercart.learners.deep.table import Table
    from evercart.learners.deep.tasks import Tasks

    columns = (Column("a"), Column("kind", slots=3), Column("word", slots=40))
    head = Tasks((Binary(), Binary()))
    deep = Deep(numbered(columns), Mmoe(("view", "cart")), head, batch=8, table=Table(rows=64, width=4))
    learner = Numbered(deep, columns, "kind")
    return learner, learner.step(learner.start(), turned(columns))[0]
