"""Tasks share experts, keep their own gates."""

import numpy as np
import pytest
from tasked import learner, scores, two

from evercart.errors import UserError
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.mmoe import Mmoe, mixed
from evercart.testing import Turned, check_fold

torch = pytest.importorskip("torch")

NAMES = ("yes", "sum")
NET = Mmoe(NAMES, hidden=(16,))


def test_against_the_formula():
    module = Mmoe(NAMES, 3, (16,), ()).module(Inputs(4), 3)
    x = torch.randn(6, 4)
    x[:, 0] = torch.tensor([0.0, 1, 0, 1, 0, 1])
    given = np.pad(x.numpy() * [0, 1, 1, 1], ((0, 0), (0, 12)))
    experts = np.stack([one(torch.tensor(given, dtype=torch.float32)).detach() for one in module.experts], 1)
    for row in range(6):
        name = NAMES[int(x[row, 0])]
        logits = module.gates[name](torch.tensor(given[row : row + 1], dtype=torch.float32)).detach().numpy()[0]
        share = np.exp(logits) / np.exp(logits).sum()
        told = torch.tensor((share[:, None] * experts[row]).sum(0)[None], dtype=torch.float32)
        assert module(x)[row, 0].item() == pytest.approx(module.towers.each[name](told).item(), abs=1e-5)
    assert torch.equal(module(x)[:, 1], x[:, 0])
    assert mixed(torch.zeros(1, 2), torch.tensor([[[2.0], [4.0]]])).item() == 3


def test_rows_alike(rows_alike):
    rows_alike(learner(NET))
    rows_alike(learner(Mmoe(NAMES, 5, (32, 16), (), reversal=0.1), adversary=True))


def test_the_laws():
    columns = learner(NET).columns
    for one in (learner(NET, uncertain=True), learner(Mmoe(NAMES, reversal=0.5), adversary=True)):
        check_fold(lambda _, one=one: one, Turned(columns), laws=("resume", "batching", "honesty"), examples=3)


@pytest.mark.parametrize("head", [{}, {"uncertain": True}, {"weights": (1.0, 0.5)}])
def test_both_tasks_are_learned(head):
    given, one = two(1500), learner(NET, **head)
    state, guesses = one.step(one.start(), given)
    right, missed = scores(given, guesses)
    assert right > 0.8 and missed < 0.3 and state.counts.learned[0] == 187


def test_a_reversed_slope_teaches_to_give_the_task_away_less():
    module = Mmoe(NAMES, 2, (16,), (), reversal=0.7).module(Inputs(4), 5)
    x = torch.randn(8, 4)
    given = module.pad(torch.cat([x[:, :1] * 0, x[:, 1:]], 1))
    shared = torch.stack([expert(given) for expert in module.experts], 1).mean(1)
    loss = torch.nn.functional.cross_entropy
    task = torch.zeros(8, dtype=torch.long)
    weight = module.experts[0][0].weight
    (ahead,) = torch.autograd.grad(loss(module.towers.adversary(shared), task), weight)
    (turned,) = torch.autograd.grad(loss(module(x * torch.tensor([0.0, 1, 1, 1]))[:, 3:], task), weight)
    np.testing.assert_allclose(turned, -0.7 * ahead, atol=1e-7)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Mmoe(()), "mmoe.tasks: expected names of letters, digits, _, got ()"),
        (lambda: Mmoe(("a", "a")), "mmoe.tasks: expected names that differ, got ('a', 'a')"),
        (lambda: Mmoe(("a",), 0), "mmoe.experts: expected at least 1, got 0"),
        (lambda: Mmoe(("a",), hidden=()), "mmoe.hidden: expected at least one layer, got ()"),
        (lambda: Mmoe(("a",), reversal=-1.0), "mmoe.reversal: expected 0 or more, got -1.0"),
        (
            lambda: learner(Mmoe(("a", "b"), reversal=1.0)).start(),
            "mmoe.head: expected Tasks of 2 heads, with an adversary, got '3 outputs'",
        ),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
