"""Operations on vector registers against numpy, one number at a time."""

import numpy as np
import pytest

from evercart.kernel import kernel
from evercart.learners.lanes import descend, gather


@kernel
def _gather(lanes, memory, place, value, sums):
    gather(lanes, memory, place, value, sums)


@kernel
def _descend(lanes, memory, place, value, sums, scales):
    descend(lanes, memory, place, value, sums, scales)


@pytest.mark.parametrize("width", [1, 3, 8, 16])
def test_both_loops(width):
    rng = np.random.default_rng(width)
    lanes = (np.float32(0),) * width
    memory = rng.random((5, 2 + 2 * width)).astype(np.float32)
    sums = rng.random((2, width)).astype(np.float32)
    x = np.float32(1.5)
    before, summed = memory.copy(), sums.copy()
    part = before[3, 2 : 2 + width] * x
    _gather(lanes, memory, 3, x, sums)
    np.testing.assert_array_equal(memory, before)
    np.testing.assert_array_equal(sums, summed + np.stack([part, part * part]))

    scales = tuple(np.float32(s) for s in (0.3, 0.1, 1.0, 0.01))
    steep, rate, damping, l2 = scales
    _descend(lanes, memory, 3, x, sums, scales)
    v, squares = before[3, 2 : 2 + width], before[3, 2 + width :]
    pull = steep * x * (sums[0] - v * x) + l2 * v
    grown = squares + pull * pull
    np.testing.assert_array_equal(memory[3, 2 + width :], grown)
    np.testing.assert_array_equal(memory[3, 2 : 2 + width], v - rate * pull / np.sqrt(damping + grown))
    np.testing.assert_array_equal(np.delete(memory, 3, 0), np.delete(before, 3, 0))
    np.testing.assert_array_equal(memory[3, :2], before[3, :2])
