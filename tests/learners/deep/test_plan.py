"""A plan says what its module says, row by row, with nothing of torch."""

import numpy as np
import pytest

from evercart.features.columns import Column
from evercart.learners.deep.cnn import Cnn
from evercart.learners.deep.cross import Cross
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_fm import DeepFm
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.plan import Draft
from evercart.learners.deep.table import Table
from evercart.learners.deep.tasks import Tasks
from evercart.learners.prequential import prequential

torch = pytest.importorskip("torch")

SLOTS = (*(Column(f"s{at}", slots=9) for at in range(5)), Column("n"), Column("m"))
TASKS = ("view", "order")
NETS = [
    Mlp(()),
    Mlp((16,), dropout=0.5),
    Mlp((48, 32, 16)),
    Cross(1, ()),
    Cross(1, (32,)),
    Cross(3, (32, 16), dropout=0.5),
    DeepFm((32, 16), dropout=0.5),
    Mmoe(TASKS, experts=3, hidden=(32, 16), tower=()),
    Mmoe(TASKS, experts=2, hidden=(16,), tower=(32, 16)),
]


def taught(network, precision="float32"):
    heads = {DeepFm: Binary(), Mmoe: Tasks(tuple(Binary() for _ in TASKS))}
    head = heads.get(type(network), Classes(3))
    learner = Deep(SLOTS, network, head, batch=8, table=Table(64, 4), precision=precision)
    x = np.random.default_rng(1).integers(0, 9, (200, len(SLOTS))).astype(np.float32)
    x[:, 5] = x[:, 5] % 4 - 1 if type(network) is Mmoe else x[:, 5]  # tasks, one of which is none
    state, _ = learner.step(learner.start(), prequential(x, x[:, 0] % (3 if isinstance(head, Classes) else 2)))
    return learner, state, learner.read(x)


@pytest.mark.parametrize("network", NETS)
def test_what_its_module_says(network):
    learner, state, x = taught(network, "float64")
    assert learner.plan.weights == len(state.weights)
    np.testing.assert_allclose(learner.margins(state, x), learner.by_module(state, x), atol=1e-12)
    learner, state, x = taught(network)
    np.testing.assert_allclose(learner.margins(state, x), learner.by_module(state, x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("network", NETS)
def test_a_row_says_the_same_beside_any_rows(network, rows_alike):
    rows_alike(taught(network)[0])


def test_it_is_turned_once_for_an_array_again_for_another():
    learner, state, x = taught(Mlp((16,)))
    first = learner.margins(state, x)
    turned = learner.plan._turned[1]
    assert np.array_equal(learner.margins(state, x), first) and learner.plan._turned[1] is turned
    other = learner.margins(state._replace(weights=state.weights * 2), x)
    assert learner.plan._turned[1] is not turned and not np.array_equal(other, first)


def test_a_guess_asks_nothing_of_the_module():
    learner, state, x = taught(Cross(2, (16,)))
    said = learner.margins(state, x)
    for parameter in learner.layout.parameters:
        parameter.detach().fill_(np.nan)
    assert np.array_equal(learner.margins(state, x), said)


def test_networks_without_a_plan_are_asked_as_modules():
    columns = tuple(Column(f"x{at}") for at in range(16))
    learner = Deep(columns, Cnn((1, 4, 4)), Classes(2))
    x = np.ones((3, 16), np.float32)
    assert learner.plan is None
    assert np.array_equal(learner.margins(learner.start(), x), learner.by_module(learner.start(), x))


def test_an_adversary_leaves_a_mixture_without_a_plan():
    head = Tasks(tuple(Binary() for _ in TASKS), adversary=True)
    assert Deep(SLOTS, Mmoe(TASKS, reversal=0.1), head, table=Table(64, 4)).plan is None


def test_steps_by_hand():
    draft = Draft(4)
    into = draft.room(4)
    draft.crossed(0, into, 4)
    draft.linear(into, draft.room(2), 4, 2, rectified=True)
    plan = draft.plan(2)
    assert (plan.numbers, plan.weights, plan.outputs) == (10, 30, 2)
    weights, x = np.zeros(30), np.array([[1.0, 2.0]])
    weights[:16] = 2 * np.eye(4).ravel()  # then each input squared twice, beside itself: 3, 10
    weights[20:24], weights[24:28] = (1, 1, 1, 1), (-1, 0, 0, 0)
    assert plan.margins(weights, x).tolist() == [[13.0, 0.0]]
