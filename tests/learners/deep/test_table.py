"""Rows appear as slots come, the oldest make room, a lesson costs what is in it."""

import time
from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import clone, fingerprint, pack, unpack
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.table import FREE, Table, Touched, keys_of, merged, rows
from evercart.learners.prequential import prequential
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

torch = pytest.importorskip("torch")

TABLE = Table(rows=64, width=4)
PAIR = (Column("a", slots=30), Column("n"), Column("b", slots=30))


def taught(table, held, *lessons):
    for at, keys in enumerate(lessons):
        keys = np.array(keys)
        table.learn(held, Touched(keys, np.ones((len(keys), table.width))), 1, at + 1)
    return held


def test_a_row_appears_when_its_slot_is_learned():
    held, keys = rows(64, 4, float), np.array([5, 9, FREE])
    assert (TABLE.vectors(held, keys, 1, born=False) == 0).all()
    born = TABLE.vectors(held, keys, 1, born=True)
    assert (born[2] == 0).all() and (born[:2] != 0).all() and 0.01 < born[:2].std() < 0.2
    taught(TABLE, held, [5, FREE])
    assert sorted(held.key[held.key != FREE]) == [5]
    np.testing.assert_allclose(TABLE.vectors(held, keys, 1, born=False)[0], born[0] - TABLE.rate, atol=1e-9)


def test_steps_are_adagrad():
    held, slopes = rows(8, 1, float), [0.5, -2.0, 1.0]
    first = Table(8, 1, rate=0.1).vectors(held, np.array([3]), 1, born=True)[0, 0]
    for at, slope in enumerate(slopes):
        Table(8, 1, rate=0.1).learn(held, Touched(np.array([3]), np.array([[slope]])), 1, at + 1)
    expected = first - 0.1 * sum(s / np.sqrt(sum(t**2 for t in slopes[: i + 1])) for i, s in enumerate(slopes))
    assert Table(8, 1).vectors(held, np.array([3]), 1, born=False)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_old_squares_may_fade():
    steps = []
    for keep in (1.0, 0.5):
        table, held = Table(8, 1, keep=keep), rows(8, 1, float)
        for at in range(50):
            table.learn(held, Touched(np.array([3]), np.ones((1, 1))), 1, at)
        before = held.vector.max()
        table.learn(held, Touched(np.array([3]), np.ones((1, 1))), 1, 50)
        steps.append(abs(held.vector.min() - before))
    assert held.squares.max() == pytest.approx(2.0) and steps[0] < steps[1]


def test_the_one_not_learned_for_the_longest_makes_room():
    table = Table(8, 2)  # all keys share its 8 rows
    held = taught(table, rows(8, 2, float), range(1, 9), [1], [20])
    gone = set(range(1, 9)) - set(held.key.tolist())
    assert len(gone) == 1 and 1 not in gone and 20 in held.key
    (lost,) = gone
    again = taught(table, clone(held), [lost])
    at = int(np.flatnonzero(again.key == lost)[0])
    assert (again.squares[at] == 1).all()


def test_what_is_packed_grows_with_the_slots_that_came():
    held = taught(TABLE, rows(64, 4, np.float32), [1, 2, 3])
    flat = pack(held)
    assert flat["vector"].shape == (3, 4) and flat["size"].tolist() == [64]
    again = unpack(rows(64, 4, np.float32), flat)
    assert all(np.array_equal(one, other) for one, other in zip(again, held, strict=True))


def test_what_is_no_slot_has_no_key():
    x = np.array([[0, 1], [2, 2], [-1, 3], [np.nan, 1e9]], np.float32)
    found = keys_of(np.array([0, 10]), np.array([3, 4]), x)
    assert found.tolist() == [[-1, 11], [2, 12], [-1, 13], [-1, -1]]


def test_slopes_of_several_questions_add_up():
    one, two = Touched(np.array([2, 5]), np.ones((2, 1))), Touched(np.array([5, 7]), np.full((2, 1), 3.0))
    both = merged([one, two])
    assert both.key.tolist() == [2, 5, 7] and both.slope[:, 0].tolist() == [1, 4, 3]


@pytest.mark.parametrize("batch", [1, 5])
def test_the_laws(batch):
    learner = Deep(COLUMNS, Mlp((16,)), Squared(), batch=batch, table=Table(rows=16, width=3))
    check_fold(lambda _: learner, Turned(labels="sum", holes=0.2), laws=("resume", "batching", "honesty"), examples=6)


def test_who_likes_what_is_learned_from_slots():
    rng = np.random.default_rng(1)
    x = np.column_stack([rng.integers(1, 30, 5000), np.zeros(5000), rng.integers(1, 30, 5000)]).astype(np.float32)
    y = ((x[:, 0] + x[:, 2]) % 2 == 0).astype(float)
    learner = Deep(PAIR, Mlp((32,)), batch=16, table=Table(rows=128, width=8, rate=0.1))
    state, guesses = learner.step(learner.start(), prequential(x, y))
    assert (((guesses[::2] > 0.5) == y)[4000:]).mean() > 0.95
    assert (state.rows.key != FREE).sum() == 58
    shared = replace(learner, columns=tuple(replace(one, space="s" if one.slots else "") for one in PAIR))
    assert (shared.step(shared.start(), prequential(x, y))[0].rows.key != FREE).sum() == 29


def test_a_vector_goes_down_the_numerical_slope():
    table = Table(rows=8, width=2, rate=0.1)
    learner = Deep(PAIR, Mlp((16,)), batch=2, precision="float64", table=table)
    x, y = np.array([[3, 0.5, 4], [3, -1, 7]], np.float32), np.array([1.0, 0.0])
    state, _ = learner.step(learner.start(), prequential(x, y))
    x = x[:, learner.places]
    slope = learner.gradient(state, lambda ask: torch.nn.functional.softplus(ask(x)).sum())
    keys = slope.touched.key
    for at in range(3):
        for i in range(2):
            values = []
            for away in (1e-6, -1e-6):
                moved = clone(state)
                moved.rows.vector[moved.rows.key == keys[at], i] += away
                values.append(np.log1p(np.exp(learner.margins(moved, x))).sum())
            assert slope.touched.slope[at, i] == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-7)


def test_a_lesson_costs_no_more_in_a_large_table():
    x = np.random.default_rng(1).integers(1, 30, (1200, 3)).astype(np.float32)
    spent = []
    for size in (1 << 10, 1 << 20):
        learner = Deep(PAIR, Mlp((16,)), table=Table(rows=size, width=4))
        state, _ = learner.step(learner.start(), prequential(x[:400], x[:400, 1] / 30))
        runs = []
        for _ in range(3):
            began = time.process_time()
            state, _ = learner.step(state, prequential(x, x[:, 1] / 30))
            runs.append(time.process_time() - began)
        spent.append(min(runs))
    assert spent[1] < 2 * spent[0]


def test_a_slope_that_is_not_finite_leaves_the_table_alone():
    learner = Deep(PAIR, Mlp((16,)), Squared(), batch=1, table=TABLE)
    state, _ = learner.step(learner.start(), prequential(np.array([[1, 1, 1]], np.float32), np.array([1e300])))
    assert state.counts.skipped[0] == 1 and (state.rows.key == FREE).all()


def test_places_are_numbers_first():
    learner = Deep(PAIR, Mlp((16,)), table=TABLE)
    assert learner.places.tolist() == [1, 0, 2] and (learner.inputs, learner.inputs.fields) == (9, 2)
    assert Deep(PAIR, Mlp((16,)), table=TABLE, use=("b",)).inputs == 4
    assert fingerprint(learner.start()) == fingerprint(replace(learner).start())


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"rows": 12}, "table.rows: expected a multiple of 8, got 12"),
        ({"width": 0}, "table.width: expected at least 1, got 0"),
        ({"rate": 0.0}, "table.rate: expected more than 0 and finite, got 0.0"),
        ({"keep": 0.0}, "table.keep: expected more than 0 and at most 1, got 0.0"),
        ({"spread": -1.0}, "table.spread: expected more than 0 and finite, got -1.0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Table(**bad)
    assert str(caught.value) == text
