"""One vector holds every parameter of a module."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.layout import layout

torch = pytest.importorskip("torch")


def test_what_is_loaded_is_what_the_module_says():
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    laid = layout(module)
    assert laid.names == ("0.weight", "0.bias", "1.weight", "1.bias") and laid.weights.shape == (15,)
    assert [one.shape for one in laid.buffers] == [(3,), (3,), (1,)]
    weights = np.arange(15, dtype=np.float32)
    assert laid.named(weights)["0.weight"].tolist() == [[0, 1], [2, 3], [4, 5]]
    laid.load(weights, laid.buffers)
    x = torch.ones(1, 2)
    sums = laid.named(weights)["0.weight"].sum(1) + np.array([6, 7, 8])
    plain = sums * [9, 10, 11] / np.sqrt(1 + 1e-5) + [12, 13, 14]
    np.testing.assert_allclose(laid.asked(False)(x)[0].detach(), plain, rtol=1e-6)
    called = laid.called(laid.module, torch.tensor(weights), laid.tensors(laid.buffers), x)
    np.testing.assert_allclose(called[0].detach(), plain, rtol=1e-6)


def test_an_array_loaded_last_is_not_loaded_again_but_equal_ones_are():
    laid = layout(torch.nn.Linear(1, 1))
    weights = np.zeros(2, np.float32)
    laid.load(weights, ())
    with torch.no_grad():
        laid.parameters[0].fill_(7)  # seen only because nothing is written
    laid.load(weights, ())
    assert laid.parameters[0].item() == 7
    laid.load(weights.copy(), ())
    assert laid.parameters[0].item() == 0


def test_counters_are_read_as_they_stand():
    module = torch.nn.BatchNorm1d(2)
    laid = layout(module)
    laid.asked(True)(torch.randn(4, 2))
    assert laid.now()[2].tolist() == [1] and laid.buffers[2].tolist() == [0]


def test_parameters_of_two_types_are_refused():
    module = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Linear(1, 1).double())
    with pytest.raises(
        UserError, match=r"^network\.module: expected parameters of one type, got 'torch\.float32 torch\.float64'$"
    ):
        layout(module)


def test_learning_and_guessing_reach_every_part():
    class Own(torch.nn.Linear):
        def train(self, mode=True):
            return super().train(False)

    for last, ours in ((torch.nn.Linear(2, 2), True), (Own(2, 2), False)):
        module = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Sequential(last)).eval()
        laid = layout(module)
        laid.asked(True)
        assert [part.training for part in module.modules()] == [True, True, True, ours]
        laid.asked(False)
        assert not any(part.training for part in module.modules())
