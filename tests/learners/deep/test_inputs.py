"""A row's width knows what it is made of."""

import copy

import numpy as np

from evercart.learners.deep.inputs import Inputs, finite


def test_a_copy_keeps_its_parts():
    one = copy.deepcopy(Inputs(3, 2, 8))
    assert (one, one.numbers, one.fields, one.width) == (19, 3, 2, 8)
    assert Inputs(4) == 4 and Inputs(4).fields == 0


def test_what_is_not_finite_counts_as_0():
    x = np.array([[1, np.nan, 3], [np.inf, 5, -np.inf]], np.float32)
    assert finite(x, np.array([2, 1])).tolist() == [[3, 0], [0, 5]]
    assert finite(np.array([[7, 8]], np.int32), np.array([1])).tolist() == [[8]]
