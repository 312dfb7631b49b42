"""Designs number one-hot columns without writing them out."""

import numpy as np

from evercart.evaluate.design import design
from evercart.features.columns import Column

COLUMNS = (
    Column("recency", "s"),
    Column("first", slots=10, space="item"),
    Column("second", slots=10, space="item"),
    Column("hour", slots=24),
)
X = np.array([[0.5, 3, 7, 1], [np.nan, 7, 3, 1], [2.0, 7, 7, 9]], np.float32)


def test_columns_of_one_space_share_their_weights():
    found = design(X, COLUMNS, (), "both")
    assert found.places.tolist() == [[0, 1, 2], [1, 0, 2], [1, 1, 3]]
    assert found.width == 4
    assert found.numbers[:, 0].tolist() == [0.5, 0.0, 2.0]


def test_a_cross_has_a_column_for_each_pair_that_occurs():
    found = design(X, COLUMNS, (("first", "hour"),), "slots")
    assert found.numbers.shape == (3, 0)
    assert found.width == 4 + 3
    assert len(set(found.places[:, 3])) == 3


def test_numbers_alone():
    found = design(X, COLUMNS, (("first", "hour"),), "numbers")
    assert (found.places.shape, found.width) == ((3, 0), 0)
