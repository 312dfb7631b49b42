"""A window's parts lie where they are said to lie."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.window import closing, window

torch = pytest.importorskip("torch")


def test_parts():
    x = torch.tensor([[7.0, 1, 2, 0, 0, 3, 4]])
    numbers, steps, here, target = window("w", Inputs(1, 3, 2), 1, True).parts(x)
    assert numbers.tolist() == [[7]] and steps.tolist() == [[[1, 2], [0, 0]]] and target.tolist() == [[3, 4]]
    assert here.tolist() == [[True, False]]
    numbers, steps, here, target = window("w", Inputs(1, 3, 2), 5, False).parts(x)
    assert steps.shape == (1, 3, 2) and here.tolist() == [[True, False, True]] and target.shape == (1, 0)


def test_a_target_is_multiplied_with_the_state():
    given = window("w", Inputs(1, 2, 3), 1, True)
    module, state, numbers = closing(given, 16, 1), torch.randn(2, 16), torch.randn(2, 1)
    target = torch.randn(2, 3)
    without = module(state, numbers, 0 * target)
    product = (module.match(state) * target).sum(1, keepdim=True)
    np.testing.assert_allclose(module(state, numbers, target).detach(), (without + product).detach(), atol=1e-6)
    assert (module(state, numbers + 1, 0 * target) != without).all()


@pytest.mark.parametrize(
    ("inputs", "outputs", "target", "text"),
    [
        (Inputs(3), 1, False, "w: expected at least a slot column, with a table, got '0 slot columns'"),
        (Inputs(3, 1, 4), 1, True, "w: expected at least 2 slot columns, with a table, got '1 slot columns'"),
        (Inputs(3, 2, 4), 2, True, "w.head: expected one output, with a target, got 2"),
    ],
)
def test_bad_windows(inputs, outputs, target, text):
    with pytest.raises(UserError) as caught:
        window("w", inputs, outputs, target)
    assert str(caught.value) == text
