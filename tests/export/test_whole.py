"""What is written says what the learner says of rows as its app has them."""

import numpy as np
import pytest

from evercart.export.check import fresh
from evercart.export.onnx import graph, said, session
from evercart.export.unwrapped import unwrapped
from evercart.exporting import written
from evercart.features.columns import Column
from evercart.labels.turns import ASKED, Turns
from evercart.learners.deep.cnn import Cnn
from evercart.learners.deep.cross import Cross
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes, Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.ple import Ple
from evercart.learners.deep.table import Table
from evercart.learners.deep.tasks import Tasks
from evercart.learners.scaled import Scaled

COLUMNS = tuple(Column(f"x{at}", slots=9 * (at % 5 == 4)) for at in range(64))
NUMBERS = tuple(Column(f"x{at}") for at in range(64))
NETS = (
    Deep(COLUMNS, Mlp((16,)), table=Table(64, 4), precision="float64"),
    Deep(COLUMNS, Mlp((16,)), use=("x9", "x3", "x5"), table=Table(64, 4)),
    Deep(COLUMNS, Cross(2, (16,)), Squared(), table=Table(64, 4)),
    Deep(COLUMNS, Ple(("a", "b")), Tasks((Squared(), Squared())), table=Table(64, 4)),
    Scaled(Deep(NUMBERS, Cnn((1, 8, 8)), Classes(10)), NUMBERS),
)


def questions(x):
    place, never = np.arange(len(x)), np.full(len(x), np.nan)
    what, ones = np.full(len(x), ASKED, np.int8), np.ones(len(x))
    return Turns(what, 0 * place, place, place, place, never, never, ones, ones.astype(np.uint64), x)


@pytest.mark.parametrize("to", ["onnx", "torchscript"])
@pytest.mark.parametrize("name", ["sloted", "tasked"])
def test_what_scales_numbers_with_slots(name, to, request):
    one = unwrapped("here", *request.getfixturevalue(name))
    assert (one.trained.rows.key >= 0).sum() > 30 and one.trained.counts.learned[0] > 20
    body, apart = written(one, to)
    assert len(body) > 1000 and apart.inputs == 10_000 and apart.margins <= 1e-5 and apart.guesses == 0


def test_the_guesses_are_those_of_a_peek(sloted):
    learner, state = sloted
    one = unwrapped("here", learner, state)
    x = fresh(one, 500, 2)
    x[0], x[1], x[2, 2:4] = np.inf, -np.inf, (2999.5, -3)
    margins = said(session(graph(one)), x)
    theirs = one.deep.head.guess(margins, one.trained.seen)
    np.testing.assert_allclose(learner.peek(state, questions(x)), theirs, atol=1e-6)
    assert theirs.std() > 0.01


@pytest.mark.parametrize("net", NETS)
def test_networks_of_all_kinds(net):
    assert written(unwrapped("here", net, net.start()), "onnx")[1].margins <= 1e-5
