"""A network learns lessons when ticks close, keeps its whole state in arrays, survives numbers that are none."""

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.fold import clone, fingerprint, load, pack, save, unpack
from evercart.labels.turns import ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW, HeavyBall
from evercart.learners.prequential import prequential
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

torch = pytest.importorskip("torch")

WIDE = (Column("a"), Column("b"))
SMALL = Deep(WIDE, Mlp((16,)), batch=2, precision="float64")


def turns(what, tick, x, y, was=None, weight=None):
    n = len(what)
    place, y = np.arange(n), np.where(np.array(what) == ASKED, np.nan, np.array(y, float))
    was = np.full(n, np.nan) if was is None else np.array(was, float)
    weight = np.ones(n) if weight is None else np.array(weight, float)
    x = np.array(x, np.float32).reshape(n, -1)
    return Turns(np.array(what, np.int8), np.array(tick), place, place, place, y, was, weight, place.astype("u8"), x)


def settled(x, y, **more):
    return turns([SETTLED] * len(y), range(len(y)), x, y, **more)


def xor(rows, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(float)


LAWFUL = [
    (Deep(COLUMNS, Mlp((16,), dropout=0.5), Squared(), batch=3), Turned(labels="sum", holes=0.2)),
    (Deep(COLUMNS, Mlp((16,)), Classes(2), HeavyBall(0.01), batch=1), Turned()),
    (Deep(COLUMNS, Mlp((16,)), batch=7, precision="float64", use=("money",)), Turned()),
]


@pytest.mark.parametrize(("learner", "stream"), LAWFUL)
def test_the_laws(learner, stream):
    check_fold(lambda _: learner, stream, laws=("resume", "batching", "honesty"), examples=6)


def test_it_learns_what_no_straight_line_can_say():
    learner = Deep(WIDE, Mlp((32,)), steps=AdamW(0.01), batch=16)
    x, y = xor(4000, 1)
    state, guesses = learner.step(learner.start(), prequential(x, y))
    right = (guesses[::2] > 0.5) == y
    assert right[:100].mean() < 0.8 and right[2000:].mean() > 0.95
    assert state.counts.learned[0] == 250 and state.seen[0] == 4000


def test_a_lesson_goes_down_the_numerical_slope():
    learner = replace(SMALL, steps=HeavyBall(1e-3, 0.0))
    given = settled([[1, 2], [-1, 0.5]], [1.0, 0.0], weight=[1.0, 0.5])

    def loss(weights):
        p = learner.head.guess(learner.margins(learner.start()._replace(weights=weights), given.x), np.ones(1))
        return -(np.log(p[0]) + 0.5 * np.log(1 - p[1])) / 2

    before = learner.start().weights
    state, _ = learner.step(learner.start(), given)
    for place in np.linspace(0, len(before) - 1, 40).astype(int):
        up, down = before.copy(), before.copy()
        up[place], down[place] = up[place] + 1e-6, down[place] - 1e-6
        slope = (loss(up) - loss(down)) / 2e-6
        assert (before[place] - state.weights[place]) / 1e-3 == pytest.approx(slope, abs=1e-7)


def test_a_correction_moves_by_the_difference_of_both_labels():
    learner = replace(SMALL, batch=1, steps=HeavyBall(0.1, 0.0))
    one = dict(what=[CORRECTION], tick=[0], x=[[1, 2]])
    both, _ = learner.step(learner.start(), turns(**one, y=[1.0], was=[0.0]))
    new, _ = learner.step(learner.start(), turns(**one, y=[1.0]))
    old, _ = learner.step(learner.start(), turns(**one, y=[0.0]))
    first = learner.start().weights
    np.testing.assert_allclose(both.weights - first, new.weights - old.weights, atol=1e-12)


def test_a_corrected_class_counts_as_what_it_is_now():
    learner = replace(SMALL, head=Classes(3), batch=1)
    what = [SETTLED, SETTLED, CORRECTION]
    state, _ = learner.step(learner.start(), turns(what, range(3), np.ones((3, 2)), [0, 1, 2], was=[np.nan, np.nan, 1]))
    assert state.seen.tolist() == [1, 0, 1]


def test_labels_wait_until_a_tick_closes_with_enough():
    given = turns([SETTLED, ASKED, SETTLED, ASKED], [0, 0, 0, 1], np.ones((4, 2)), [1, 0, 1, 0])
    first = SMALL.start()
    state, guesses = SMALL.step(SMALL.start(), given)
    untouched = SMALL.peek(first, given.rows(slice(1, 2)))[0]
    assert guesses[1] == untouched != guesses[3] and state.counts.learned[0] == 1
    alone, _ = SMALL.step(SMALL.start(), given.rows(slice(0, 1)))
    assert alone.waiting.filled[0] == 1 and np.array_equal(alone.weights, first.weights)


def test_questions_between_two_lessons_are_answered_together():
    class Counted(Deep):
        def margins(self, state, x):
            asked.append(len(x))
            return super().margins(state, x)

    asked, learner = [], Counted(WIDE, Mlp((16,)), batch=5)
    given = prequential(*xor(17, 1))
    _, guesses = learner.step(learner.start(), given)
    assert asked == [5, 5, 5, 2]
    state = Deep(WIDE, Mlp((16,)), batch=5).start()
    for row in range(len(given)):
        state, guess = learner.step(state, given.rows(slice(row, row + 1)))
        assert guess[0] == guesses[row] or given.what[row] != ASKED


def test_a_hint_weighs_less():
    learner = replace(SMALL, batch=1, steps=HeavyBall(0.1, 0.0))
    first, moved = learner.start().weights, []
    for what, weight in ((HINT, 0.25), (SETTLED, 1.0)):
        moved.append(learner.step(learner.start(), turns([what], [0], [[1, 2]], [0.0], weight=[weight]))[0].weights)
    np.testing.assert_allclose(moved[0] - first, 0.25 * (moved[1] - first), atol=1e-12)


@pytest.mark.parametrize("y", [1e300, -1e308])
def test_a_step_to_what_is_not_finite_is_skipped_and_counted(y):
    learner = Deep(WIDE, Mlp((16,)), Squared(), HeavyBall(), batch=1)
    state, _ = learner.step(learner.start(), settled([[1, 2]], [y]))
    assert (state.counts.learned[0], state.counts.skipped[0]) == (0, 1)
    assert np.array_equal(state.weights, learner.start().weights)
    state, _ = learner.step(state, settled([[1, 2]], [1.0]))
    assert state.counts.learned[0] == 1 and np.isfinite(state.weights).all()


def test_labels_the_head_does_not_know_are_counted():
    learner = replace(SMALL, head=Classes(3), batch=1)
    state, _ = learner.step(learner.start(), settled(np.ones((4, 2)), [3.0, 0.5, -1.0, 2.0]))
    assert (state.counts.refused[0], state.counts.learned[0]) == (3, 1)


def test_numbers_that_are_none_count_as_0():
    x = np.array([[np.nan, 1], [np.inf, 1], [0, 1]], np.float32)
    guesses = SMALL.peek(SMALL.start(), turns([ASKED] * 3, [0] * 3, x, [0] * 3))
    assert guesses[0] == guesses[1] == guesses[2]


def test_saved_loaded_resumed_bit_for_bit(tmp_path):
    learner = Deep(WIDE, Mlp((32,), dropout=0.2), batch=8)
    given = prequential(*xor(200, 3))
    half, _ = learner.step(learner.start(), given.rows(slice(0, 150)))
    save(tmp_path / "state", pack(half), 150, {})
    loaded = unpack(replace(learner).start(), load(tmp_path / "state").flat)
    whole, _ = learner.step(clone(half), given.rows(slice(150, None)))
    again, _ = replace(learner).step(loaded, given.rows(slice(150, None)))
    assert fingerprint(whole) == fingerprint(again) != fingerprint(half)


def test_the_seed_alone_says_where_it_starts():
    torch.manual_seed(1)
    one = replace(SMALL).start().weights
    torch.manual_seed(2)
    assert np.array_equal(one, replace(SMALL).start().weights)
    assert not np.array_equal(one, replace(SMALL, seed=2).start().weights)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"batch": 0}, "deep.batch: expected at least 1, got 0"),
        ({"precision": "half"}, "deep.precision: expected float32 or float64, got 'half'"),
        ({"columns": ()}, "deep.columns: expected at least one number column, got 0"),
        (
            {"columns": (Column("s", slots=4),), "use": ("s",)},
            "column s: expected a number column, got 'a slot column'",
        ),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Deep(**{"columns": WIDE, **bad})
    assert str(caught.value) == text


def test_other_columns_are_refused():
    with pytest.raises(UserError, match=r"^x: expected 2 columns, got 3$"):
        SMALL.step(SMALL.start(), settled(np.ones((1, 3)), [1.0]))
    assert Binary().outputs == 1
