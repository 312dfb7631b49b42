"""What is held leaves the parameters but goes on working."""

import pytest

from evercart.learners.deep.held import held

torch = pytest.importorskip("torch", reason="needs the extra deep")


def test_only_what_learns_is_a_parameter_a_copy_of_its_own():
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2, bias=False))
    module.eval()
    weights, x = dict(module.named_parameters()), torch.ones(2, 3)
    before = module(x)
    assert held(module, lambda name: name == "2.weight") is module
    assert [name for name, _ in module.named_parameters()] == ["2.weight"]
    assert list(module.buffers()) == []
    assert module[0].weight.data_ptr() == weights["0.weight"].data_ptr()
    assert module[2].weight.data_ptr() != weights["2.weight"].data_ptr()
    assert torch.equal(module(x), before)
    module(x).sum().backward()
    assert module[0].weight.grad is None and module[2].weight.grad is not None
