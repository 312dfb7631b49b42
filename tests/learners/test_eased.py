"""Easing raises rates, moves no guess, is refused where it means nothing."""

import numpy as np
import pytest
from rows import COLUMNS, draw

from evercart.errors import UserError
from evercart.fold import clone
from evercart.learners.eased import eased
from evercart.learners.imputed import Imputed
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.mixture import Mixture
from evercart.learners.newton import Newton
from evercart.learners.optimizers import AdaGrad, Ftrl, Sgd
from evercart.learners.prequential import prequential
from evercart.learners.rescaled import Rescaled
from evercart.learners.scaled import Scaled
from evercart.learners.transformed import Transformed

FTRL = Linear(COLUMNS, "squared", Ftrl(alpha=0.02, l1=0.3, l2=2.0))
LEARNERS = {
    "ftrl": FTRL,
    "adagrad": Linear(COLUMNS, "squared", AdaGrad(0.02)),
    "newton": Newton(COLUMNS),
    "mixture": Mixture((FTRL, Newton(COLUMNS)), "squared", rate=0.1),
    "scaled": Scaled(FTRL, COLUMNS),
    "imputed": Imputed(FTRL, COLUMNS),
    "rescaled": Rescaled(FTRL),
    "transformed": Transformed(FTRL, 0.5),
}


def played(learner, state, first, rows=1):
    x, y = draw(4000)
    return learner.step(state, prequential(x[first : first + rows], y[first : first + rows] + 5.0))


@pytest.mark.parametrize("name", LEARNERS)
def test_the_next_guess_stays_and_the_next_step_is_larger(name):
    learner = LEARNERS[name]
    state, _ = played(learner, learner.start(), 0, 3000)
    looser = eased(learner, clone(state), 0.1)
    (state, was), (looser, now) = played(learner, state, 3000), played(learner, looser, 3000)
    assert now[0] == pytest.approx(was[0], rel=1e-12)
    x, moved = draw(4000)[0][3001:3002], []
    for one in (state, looser):  # a small surprise, then the same question again
        _, before = learner.step(clone(one), prequential(x, np.zeros(1)))
        one, _ = learner.step(one, prequential(x, before[:1] + 0.5))
        moved.append(learner.step(one, prequential(x, np.zeros(1)))[1][0] - before[0])
    assert moved[1] > 1.5 * moved[0] > 0


def test_a_weight_at_zero_stays_there():
    learner = Linear(COLUMNS, "squared", Ftrl(l1=300.0))
    state, _ = played(learner, learner.start(), 0, 200)
    z, root = state.memory.copy().T
    idle = np.abs(z) <= 300.0
    assert 10 < idle.sum() < len(z)
    now = eased(learner, state, 0.25).memory
    np.testing.assert_array_equal(now[idle, 0], z[idle])
    assert (now[~idle, 0] != z[~idle]).all()
    np.testing.assert_allclose(now[:, 1], root / 2)


def test_newton_forgets_no_further_than_its_ridge():
    learner = Newton(COLUMNS, ridge=2.0)
    state, _ = played(learner, learner.start(), 0, 50)
    for _ in range(100):
        state = eased(learner, state, 0.1)
    assert np.diag(state.inverse) == pytest.approx(np.full(3, 0.5))
    np.testing.assert_array_equal(state.inverse, state.inverse.T)


@pytest.mark.parametrize(
    ("learner", "text"),
    [
        (Mean(), "learner: expected one that can be eased (it has a method `eased`), got 'Mean'"),
        (
            Scaled(Linear(COLUMNS, optimizer=Sgd()), COLUMNS),
            "linear.optimizer: expected one whose rates fall (Ftrl, AdaGrad), so that it can be eased, got 'Sgd'",
        ),
    ],
)
def test_what_cannot_be_eased_is_refused(learner, text):
    with pytest.raises(UserError) as error:
        eased(learner, learner.start(), 0.5)
    assert str(error.value) == text
