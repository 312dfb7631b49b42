"""A graph's search finds the vectors that the table holds."""

import numpy as np
import torch

from evercart.export.looked import looked
from evercart.learners.deep.table import Table, Touched, keys_of, rows

FIRST, SIZES = np.array([0, 500, 0]), np.array([500, 70, 500])


def test_every_slot_has_its_vector():
    table = Table(rows=256, width=3)
    held = rows(256, 3, np.float32)
    learned = np.random.default_rng(1).choice(570, 120, replace=False)
    table.learn(held, Touched(learned, np.ones((120, 3), np.float32)), 1, 1)
    slots = np.random.default_rng(2).integers(-2, 600, (2000, 3)).astype(np.float32)
    vectors = table.vectors(held, keys_of(FIRST, SIZES, slots).ravel(), 1, born=False).reshape(2000, 9)
    found = looked(held, FIRST, SIZES)(torch.from_numpy(slots)).numpy()
    assert np.array_equal(found, vectors) and 0.1 < (found != 0).mean() < 0.5


def test_a_table_that_learned_nothing():
    found = looked(rows(16, 2, np.float64), FIRST, SIZES)(torch.ones(4, 3))
    assert found.shape == (4, 6) and not found.any()
