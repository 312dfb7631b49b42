"""Small streams of turns, for the tests of learners."""

import numpy as np

from evercart.features.columns import Column
from evercart.labels.turns import ASKED, Turns

COLUMNS = (Column("a"), Column("b", "EUR"), Column("c", slots=40), Column("d", slots=9))


def draw(rows, seed=1):
    """Return x (rows, 4) of two numbers, two slots; y (rows,) of 0 and 1."""
    rng = np.random.default_rng(seed)
    x = np.stack(
        [rng.normal(size=rows), rng.normal(1, 2, rows), rng.integers(0, 40, rows), rng.integers(0, 9, rows)], 1
    )
    y = (rng.random(rows) < 1 / (1 + np.exp(-x[:, 0] - 0.1 * (x[:, 2] - 20)))).astype(np.float64)
    return x.astype(np.float32), y


def turns(what, tick, x, y, was=None, weight=None, key=None, us=None, number=None):
    """Return turns from what matters; the rest is plain."""
    n = len(what)
    y = np.where(np.array(what) == ASKED, np.nan, np.array(y, np.float64))
    place = np.arange(n)
    return Turns(
        np.array(what, np.int8),
        np.array(tick, np.int64),
        place,
        place if us is None else np.array(us, np.int64),
        place if number is None else np.array(number, np.int64),
        y,
        np.full(n, np.nan) if was is None else np.array(was, np.float64),
        np.ones(n) if weight is None else np.array(weight, np.float64),
        np.zeros(n, np.uint64) if key is None else np.array(key, np.uint64),
        np.array(x, np.float32).reshape(n, -1),
    )
