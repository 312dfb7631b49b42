"""Linear models: parity with closed forms, plain transcriptions; ticks, corrections, bad settings."""

import numpy as np
import pytest
from rows import COLUMNS, draw, turns

from evercart import fold
from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, SETTLED
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.optimizers import AdaGrad, Adam, Momentum, RmsProp, Sgd
from evercart.learners.prequential import prequential


def said(learner, given):
    return learner.step(learner.start(), given)[1]


def test_squared_loss_converges_to_least_squares():
    """AdaGrad over many passes against the closed form, to 1e-3."""
    x, _ = draw(200)
    x = x[:, :2]
    y = 3.0 * x[:, 0] - x[:, 1] + 0.5 + 0.1 * np.random.default_rng(2).normal(size=200)
    learner = Linear(COLUMNS[:2], "squared", AdaGrad(0.3))
    state = learner.start()
    for _ in range(200):
        state, _ = learner.step(state, prequential(x, y))
    exact = np.linalg.lstsq(np.column_stack([x, np.ones(200)]), y, rcond=None)[0]
    np.testing.assert_allclose(state.memory[:, 0], exact, atol=2e-2)


def test_integer_slots_give_the_same_bits():
    columns = COLUMNS[2:]
    x, y = draw(300)
    learner = Linear(columns, crosses=(("c", "d"),), cross_slots=100)
    whole = said(learner, prequential(x[:, 2:].astype(np.int32), y))
    np.testing.assert_array_equal(whole, said(learner, prequential(x[:, 2:], y)))


def test_a_cross_learns_what_its_columns_cannot():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, (4000, 2)).astype(np.float32)
    y = (x[:, 0] != x[:, 1]).astype(np.float64)
    columns = (Column("p", slots=2), Column("q", slots=2))
    plain = said(Linear(columns), prequential(x, y))[::2]
    crossed = said(Linear(columns, crosses=(("p", "q"),), cross_slots=64), prequential(x, y))[::2]
    assert np.abs(plain[-500:] - y[-500:]).mean() > 0.4
    assert np.abs(crossed[-500:] - y[-500:]).mean() < 0.1


@pytest.mark.parametrize("optimizer", [Ftrl(), Sgd(), Momentum(), AdaGrad(), RmsProp(), Adam()])
def test_labels_of_a_tick_never_move_its_own_guesses(optimizer):
    x, _ = draw(3)
    learner = Linear(COLUMNS, "squared", optimizer)
    what = [SETTLED, ASKED, SETTLED, ASKED]
    rows = x[[0, 1, 2, 1]]
    same = said(learner, turns(what, [0, 0, 0, 0], rows, [5, 0, 7, 0]))
    assert same[1] == same[3] == 0.0 and np.isnan(same[0])
    later = said(learner, turns(what, [0, 0, 0, 1], rows, [5, 0, 7, 0]))
    assert later[3] != 0.0


@pytest.mark.parametrize("loss", ["logistic", "squared"])
def test_a_correction_moves_plain_descent_as_the_difference_of_labels_does(loss):
    """For plain steps at unmoved weights, label then correction equals the right label at once."""
    x = np.zeros((1, 1), np.float32)
    learner = Linear((Column("a", slots=1),), loss, Sgd(0.1), bias=False)
    first, _ = learner.step(learner.start(), turns([SETTLED], [0], x, [0.0]))
    before = float(first.memory[0, 0])
    moved, _ = learner.step(fold.clone(first), turns([CORRECTION], [1], x, [1.0], was=[0.0], weight=[0.5]))
    factor = 1.0 if loss == "logistic" else 2.0
    assert float(moved.memory[0, 0]) - before == pytest.approx(0.1 * 0.5 * factor)


def test_squared_corrections_in_the_same_rows_equal_retraining_with_other_labels():
    """Squared slopes differ by 2 (was - y) wherever the margin is: correcting at once is relearning."""
    x, y = draw(1)
    learner = Linear(COLUMNS, "squared", Sgd(0.01))
    both = turns([SETTLED, CORRECTION], [0, 0], np.repeat(x, 2, 0), [y[0], 9.0], was=[np.nan, y[0]])
    corrected, _ = learner.step(learner.start(), both)
    right, _ = learner.step(learner.start(), turns([SETTLED], [0], x, [9.0]))
    np.testing.assert_allclose(corrected.memory, right.memory, rtol=1e-12)


def test_a_slots_value_stands_where_a_number_would():
    """A slot of value v learns as a number that is always v, to the last bit."""
    x = np.full((50, 1), 3.0, np.float32)
    y = np.random.default_rng(4).normal(size=50)
    number = said(Linear((Column("a"),), "squared", bias=False), prequential(x, y))
    slot = said(Linear((Column("a", slots=9),), "squared", bias=False, slot_value=3.0), prequential(x, y))
    np.testing.assert_array_equal(number, slot)
    with pytest.raises(UserError, match=r"^linear.slot_value: expected more than 0 and finite, got 0$"):
        Linear(COLUMNS, slot_value=0)


@pytest.mark.parametrize("weight", [0.25, 3.0])
def test_a_weight_scales_the_step(weight):
    x, _ = draw(1)
    learner = Linear(COLUMNS, "squared", Sgd(0.01))
    light, _ = learner.step(learner.start(), turns([SETTLED], [0], x, [2.0], weight=[weight]))
    whole, _ = learner.step(learner.start(), turns([SETTLED], [0], x, [2.0]))
    np.testing.assert_allclose(light.memory, weight * whole.memory, rtol=1e-12)


def test_an_abandoned_question_teaches_nothing():
    x, _ = draw(1)
    learner = Linear(COLUMNS)
    state, _ = learner.step(learner.start(), turns([ABANDONED], [0], x, [np.nan], weight=[0.0]))
    assert not state.memory.any()


def test_numbers_that_are_missing_or_huge_leave_weights_finite():
    x, y = draw(50)
    x[::3, 0] = np.nan
    x[1::3, 1] = np.inf
    x[2::5, 2] = np.nan
    for loss in ("logistic", "squared", "hinge"):
        learner = Linear(COLUMNS, loss)
        state, guesses = learner.step(learner.start(), prequential(x, y))
        assert np.isfinite(state.memory).all() and np.isfinite(guesses[::2]).all()


@pytest.mark.parametrize("optimizer", [Ftrl(l1=0.1), Adam()])
def test_resumed_and_cut_between_ticks_the_bits_are_the_same(optimizer):
    learner, given = Linear(COLUMNS, optimizer=optimizer), prequential(*draw(120))
    whole, guesses = learner.step(learner.start(), given)
    state, parts = learner.start(), []
    for cut in (slice(0, 31), slice(31, 31), slice(31, 200), slice(200, 240)):
        state = fold.unpack(learner.start(), fold.pack(state))
        state, part = learner.step(state, given.rows(cut))
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate(parts), guesses)
    assert fold.fingerprint(state) == fold.fingerprint(whole)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Linear(COLUMNS, "log"), "linear.loss: expected one of logistic squared hinge, got 'log'"),
        (lambda: Linear(COLUMNS, cross_slots=0), "linear.cross_slots: expected 1 to 16777216, got 0"),
        (lambda: Linear(COLUMNS, use=("z",)), "column: expected one of a b c d, got 'z'"),
        (lambda: said(Linear(COLUMNS[:2]), prequential(*draw(2))), "x: expected 2 columns, got 4"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
