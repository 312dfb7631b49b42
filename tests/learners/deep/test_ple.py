"""Experts of a task are moved by that task alone."""

import pytest
from tasked import learner, scores, two

from evercart.errors import UserError
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.ple import Ple
from evercart.testing import Turned, check_fold

torch = pytest.importorskip("torch")

NAMES = ("yes", "sum")
NETS = [Ple(NAMES, units=16), Ple(NAMES, 1, 2, 2, 16, ())]


@pytest.mark.parametrize("net", NETS)
def test_rows_alike(net, rows_alike):
    rows_alike(learner(net))


def test_the_laws():
    one = learner(NETS[1])
    check_fold(lambda _: one, Turned(one.columns), laws=("resume", "batching", "honesty"), examples=3)


def test_own_experts_are_moved_by_their_task_alone():
    module = Ple(NAMES, units=16).module(Inputs(4), 3)
    x = torch.randn(5, 4)
    x[:, 0] = 0
    slopes = torch.autograd.grad(module(x)[:, 0].sum(), list(module.parameters()), materialize_grads=True)
    moved = {name for (name, _), slope in zip(module.named_parameters(), slopes, strict=True) if slope.abs().sum() > 0}
    assert any("shared" in name for name in moved) and any("own.yes" in name for name in moved)
    assert not any("sum" in name for name in moved)


@pytest.mark.parametrize("net", NETS)
def test_both_tasks_are_learned(net):
    given, one = two(1500), learner(net)
    right, missed = scores(given, one.step(one.start(), given)[1])
    assert right > 0.8 and missed < 0.3


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"shared": 0}, "ple.shared: expected at least 1, got 0"),
        ({"layers": 0}, "ple.layers: expected at least 1, got 0"),
        ({"units": 20}, "ple.units: expected multiples of 16, got 20"),
        ({"reversal": -1.0}, "ple.reversal: expected 0 or more, got -1.0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Ple(NAMES, **bad)
    assert str(caught.value) == text
