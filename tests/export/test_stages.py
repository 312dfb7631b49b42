"""What comes before a learner does in torch what it does in numpy, to the bit."""

import numpy as np
import torch

from evercart.export.stages import Number, Rescale
from evercart.features.columns import Column
from evercart.learners.deep.numbered import Numbered
from evercart.learners.mean import Mean
from evercart.learners.scaled import Scaled

COLUMNS = (Column("a"), Column("kind", slots=4), Column("b"), Column("same"), Column("other"))
X = np.random.default_rng(1).normal(3e5, 1e4, (200, 5)).astype(np.float32)
X[:5, 0], X[:5, 3], X[:, 1] = (np.nan, np.inf, -np.inf, 0, 9e9), (np.nan, np.inf, 5, 5, 6), np.arange(200) % 4
SEEN = np.array([[50, 3e5, 5e9], [50, 3e5, 5e10], [50, 5.0, 0.0]])


def test_a_scale():
    stage = Rescale(Scaled(Mean(), COLUMNS, use=("a", "b", "same"), most=2.5), SEEN)
    ours, theirs = stage.rows(X), stage.tensor(torch.from_numpy(X)).numpy()
    assert np.array_equal(np.nan_to_num(ours), np.nan_to_num(theirs)) and np.array_equal(ours[:, 4], X[:, 4])
    assert theirs[1:3, 0].tolist() == [2.5, -2.5] and theirs[1:5, 3].tolist() == [0, 0, 0, 0]
    scaled = np.random.default_rng(2).normal(0, 0.5, (50, 5)).astype(np.float32)
    np.testing.assert_allclose(stage.rows(stage.raw(scaled))[:, [0, 2, 4]], scaled[:, [0, 2, 4]], atol=1e-4)


def test_a_number_first():
    stage = Number(Numbered(Mean(), COLUMNS, "kind"))
    ours, theirs = stage.rows(X), stage.tensor(torch.from_numpy(X)).numpy()
    assert np.array_equal(ours, theirs, equal_nan=True) and ours.shape == (200, 6)
    assert np.array_equal(stage.raw(ours), X, equal_nan=True) and stage.columns == COLUMNS
