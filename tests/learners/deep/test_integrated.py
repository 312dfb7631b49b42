"""Integrated gradients sum to the margin; where a closed form is known, they are it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.harden.harden import Harden
from evercart.harden.slopes import Fgsm
from evercart.labels.turns import ASKED
from evercart.learners.deep.blocks import assembled
from evercart.learners.deep.cross import Cross
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_fm import DeepFm
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.integrated import integrated, says_chances
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.numbered import Numbered, numbered
from evercart.learners.deep.table import Table
from evercart.learners.deep.tasks import Tasks
from evercart.learners.peeking import peek
from evercart.learners.prequential import prequential
from evercart.learners.reasons.parts import parts
from evercart.learners.scaled import Scaled
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

torch = pytest.importorskip("torch")

COLUMNS = (Column("a"), Column("b"), Column("task", slots=3), Column("c", slots=20))
TABLE = Table(rows=256, width=4, rate=0.3)
TASKS = Tasks((Binary(), Binary()))
FACTORED = Deep(COLUMNS, DeepFm((16,)), table=TABLE, batch=16)
LEARNERS = {
    "mlp": Deep(COLUMNS, Mlp((32, 32)), batch=16),
    "a sum": Deep(COLUMNS, Mlp((32,)), Squared(), batch=16),
    "float64": Deep(COLUMNS, Cross(2), batch=16, precision="float64"),
    "slots": Scaled(FACTORED, COLUMNS),
    "remembering": Remembering(FACTORED, Replay()),
    "hardened": Harden(Deep(COLUMNS, Mlp((32,)), batch=16), Fgsm(0.01)),
    "tasks": Numbered(Deep(numbered(COLUMNS), Mmoe(("view", "order")), TASKS, table=TABLE, batch=16), COLUMNS, "task"),
}


@dataclass(frozen=True)
class Own:
    """A network of one parameter, of which a test knows the parts."""

    forward: Any
    block: ClassVar[int] = 1

    def module(self, inputs: int, outputs: int) -> Any:
        return assembled(self.forward, by=torch.nn.Parameter(torch.tensor([3.0])))


def draw(rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    numbers, slots = rng.normal(size=(rows, 2)), [rng.integers(1, 3, rows), rng.integers(0, 20, rows)]
    x = np.column_stack([numbers, *slots]).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] + (x[:, 3] % 3 == 0) > 0).astype(float)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_parts_sum_to_the_guess(name: str) -> None:
    learner, turns = LEARNERS[name], prequential(*draw(600))
    state, _ = learner.step(learner.start(), turns.rows(slice(0, -20)))
    rest = turns.rows(slice(-20, None))
    asked = rest.rows(rest.what == ASKED)
    said = parts(learner, state, asked)
    guess = peek(learner, state, asked)
    assert said.names == tuple(column.name for column in COLUMNS)
    assert np.allclose(said.guess, guess, atol=2e-4) and np.ptp(guess) > 0.02
    assert said.logistic == (name != "a sum")
    slots = name in ("slots", "remembering", "tasks")
    assert (np.abs(said.each).sum(0) > 0).tolist() == [True, True, slots, slots]


def test_without_units_they_are_weight_times_value() -> None:
    learner = Deep(COLUMNS, Mlp(()), batch=16)
    x, y = draw(400)
    state, _ = learner.step(learner.start(), prequential(x, y))
    base, each = integrated(learner, state, x[:5, :2])
    weight, bias = (one for one in learner.layout.named(state.weights).values())
    assert np.allclose(each, x[:5, :2] * weight[0, :2], atol=1e-6) and np.allclose(base, bias[0], atol=1e-6)


def test_of_a_product_each_has_half_of_a_power_its_own() -> None:
    """Along the way t x the slope of a b in a is t b: half of a b; that of a^3 is all a's."""
    learner = Deep(COLUMNS, Own(lambda self, x: self.by * x[:, :1] * x[:, 1:2] + x[:, :1] ** 3), Squared())
    base, each = integrated(learner, learner.start(), np.array([[2.0, 5.0]], np.float32))
    assert base.tolist() == [0.0] and each[0].tolist() == pytest.approx([15.0 + 8.0, 15.0], rel=1e-6)


def test_with_rectified_units_they_are_the_mean_slope() -> None:
    learner = LEARNERS["mlp"]
    x, y = draw(400)
    state, _ = learner.step(learner.start(), prequential(x, y))
    _, each = integrated(learner, state, x[:1, :2])
    many = 200_000
    way = torch.from_numpy(x[:1, :2].astype(np.float32)) * ((torch.arange(many) + 0.5) / many)[:, None]
    way.requires_grad_()
    learner.layout.load(state.weights, state.buffers)
    (slope,) = torch.autograd.grad(learner.layout.asked(training=False)(way).sum(), [way])
    assert np.allclose(each[0], x[0, :2] * slope.double().mean(0).numpy(), atol=5e-4)


def test_a_network_that_jumps_is_told() -> None:
    learner = Deep(COLUMNS, Own(lambda self, x: self.by * (x[:, :1] > 1.0)), Squared())
    with pytest.raises(UserError) as caught:
        integrated(learner, learner.start(), np.array([[2.0, 5.0]], np.float32))
    rule = "a network whose margin is the sum of its slopes, to 1%"
    assert str(caught.value) == f"explain: expected {rule}, got '100% off after 4096 points'"


@pytest.mark.parametrize(
    ("head", "task", "text"),
    [
        (Classes(3), 0, "explain: expected a head that says a number, got 'Classes'"),
        (TASKS, -1, "explain: expected rows of tasks of one kind, got 'tasks [-1.0]'"),
    ],
)
def test_what_says_no_number(head, task: int, text: str) -> None:
    with pytest.raises(UserError) as caught:
        says_chances(head, np.array([[task, 1.0]], np.float32))
    assert str(caught.value) == text
    assert says_chances(TASKS, np.array([[1.0, 1.0]], np.float32)) and not says_chances(Squared(), np.zeros((1, 2)))
