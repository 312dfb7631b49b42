"""Parts keep their names, their widths."""

import copy

import pytest

from evercart.learners.deep.blocks import assembled, ending, hidden, padded

torch = pytest.importorskip("torch")


def test_a_module_of_named_parts():
    made = assembled(lambda self, x: self.times * self.layer(x), layer=torch.nn.Linear(2, 3), times=2.0)
    x = torch.ones(1, 2)
    assert torch.equal(made(x), 2 * made.layer(x))
    assert [name for name, _ in made.named_parameters()] == ["layer.weight", "layer.bias"]
    assert torch.equal(copy.deepcopy(made)(x), made(x))


def test_widths():
    x = torch.ones(4, 5)
    assert padded(5)(x).shape == (4, 16) and padded(5)(x)[0].sum() == 5
    assert hidden(16, (32, 48), 0.5)(padded(5)(x)).shape == (4, 48)
    assert ending(48, 3)(torch.ones(4, 48)).shape == (4, 3)
