"""The kernels of an optimizer are chosen by the type of its rule."""

import numpy as np
import pytest

from evercart.kernel import kernel
from evercart.learners.optimizers import Ftrl, Sgd, move, weight_at


@kernel
def _one_step(rule, memory, gradient):
    move(rule, memory, 0, weight_at(rule, memory, 0), gradient)
    return weight_at(rule, memory, 0)


@pytest.mark.parametrize(
    ("optimizer", "expected"), [(Ftrl(0.1, 1.0), -0.1 * 2.0 / (1.0 + 2.0)), (Sgd(0.1), -0.1 * 2.0)]
)
def test_the_first_step_from_zero(optimizer, expected):
    memory = np.zeros((1, optimizer.remembered))
    assert _one_step(optimizer.rule(), memory, 2.0) == pytest.approx(expected)


def test_outside_a_kernel_there_is_none():
    with pytest.raises(NotImplementedError):
        weight_at(Sgd().rule(), np.zeros((1, 1)), 0)
    with pytest.raises(NotImplementedError):
        move(Sgd().rule(), np.zeros((1, 1)), 0, 0.0, 1.0)
