"""Each row is told by the tower of its task."""

import pytest

from evercart.learners.deep.towers import task_apart, towers

torch = pytest.importorskip("torch")


def test_a_task_unknown_keeps_its_number():
    module = towers("x", ("a", "b"), 16, (), 3, 0.0)
    told = [torch.zeros(3, 16), torch.ones(3, 16)]
    out = module(torch.tensor([0.0, 1.0, 7.0]), told, told[0])
    assert out[:, 1].tolist() == [0, 1, 7]
    assert out[0, 0] == module.each["a"](told[0])[0, 0] and out[1, 0] == module.each["b"](told[1])[0, 0]
    assert next(name for name, _ in module.named_parameters()) == "each.a.1.0.weight"


def test_the_task_is_told_to_gates_alone():
    number, rows = task_apart(torch.tensor([[2.0, 5.0]]))
    assert number.tolist() == [2] and rows.tolist() == [[0, 5]]
