"""Products of lifted rows are about a Gaussian kernel."""

import numpy as np
import pytest

from evercart.remember.lifting import lifted, phases, signs, size_for


def lift(x, width=2.0, features=4096):
    size = size_for(x.shape[1])
    return lifted(x, width, signs(1, -(-features // size), size), phases(1, features))


def test_products_are_about_a_gaussian_kernel():
    x = np.random.default_rng(1).normal(size=(20, 12)).astype(np.float32)
    apart = ((x[:, None].astype(float) - x[None]) ** 2).sum(2)
    rows = lift(x)
    assert abs(rows @ rows.T - np.exp(-apart / 2 / 2.0**2)).max() < 0.08


def test_a_row_stands_for_itself():
    x = np.random.default_rng(2).normal(size=(9, 5)).astype(np.float32)
    np.testing.assert_array_equal(lift(x)[3:5], lift(x[3:5]))


def test_what_is_not_finite_counts_as_nothing():
    x = np.array([[1.0, np.nan, np.inf], [1.0, 0.0, 0.0]], np.float32)
    np.testing.assert_array_equal(*lift(x))


@pytest.mark.parametrize(("inputs", "size"), [(1, 2), (2, 2), (3, 4), (2048, 2048), (2049, 4096)])
def test_room_is_a_power_of_two(inputs, size):
    assert size_for(inputs) == size
