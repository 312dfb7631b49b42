"""Two rings of points that a small network learns to tell apart, for the tests of attacks."""

import numpy as np
import pytest

pytest.importorskip("torch")

from evercart.features.columns import Column
from evercart.labels.turns import SETTLED, Turns
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW

WIDTH = 6
COLUMNS = tuple(Column(f"x{at}") for at in range(WIDTH))
DEEP = Deep(COLUMNS, Mlp((32,)), Classes(3), AdamW(5e-3), batch=16)
YES = Deep(COLUMNS, Mlp((16,)), Binary(), AdamW(1e-2), batch=16)


def clouds(rows, seed, classes=3):
    """Return x (rows, 6), y (rows,) of clouds, one a class, between which there is little room."""
    centres = np.random.default_rng(7).normal(size=(classes, WIDTH))
    rng = np.random.default_rng(seed)
    y = rng.integers(classes, size=rows)
    return (centres[y] + 0.3 * rng.normal(size=(rows, WIDTH))).astype(np.float32), y.astype(np.float64)


def told(x, y, tick=16):
    """Return labels that settle, so many to a tick."""
    place, never = np.arange(len(y)), np.full(len(y), np.nan)
    what, ones, key = np.full(len(y), SETTLED, np.int8), np.ones(len(y)), np.zeros(len(y), np.uint64)
    return Turns(what, place // tick, place, place, place, y, never, ones, key, x)


def taught(learner=DEEP, rows=1500, classes=3):
    """Return a learner's state after some lessons."""
    return learner.step(learner.start(), told(*clouds(rows, 1, classes)))[0]
