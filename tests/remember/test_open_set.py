"""What has never been seen is flagged, what has is told apart."""

import numpy as np
import pytest
from drawn import asked, blobs, told

from evercart.errors import UserError
from evercart.fold import clone, fingerprint
from evercart.labels.turns import CORRECTION, Turns
from evercart.remember.growing import Growing
from evercart.remember.open_set import NONE, OpenSet

OPEN = OpenSet(Growing(8, 256, width=3.0))


def learned(classes=(1, 2, 3), rows=400):
    x, y = blobs(rows, 1, classes)
    return OPEN.step(OPEN.start(), told(x, y, tick=8))[0]


def test_known_rows_are_told_apart():
    x, y = blobs(200, 2, (1, 2, 3))
    _, said = OPEN.step(learned(), asked(x))
    assert (said.label == y).mean() > 0.95
    assert 0.5 < said.chance.mean() <= 1


def test_strangers_are_flagged_at_about_the_alarms_that_were_asked_for():
    state = learned()
    known, strange = (OPEN.guessed(state, blobs(300, 3, classes)[0]).unknown for classes in ((1, 2, 3), (4, 5)))
    assert known.mean() < 0.12
    assert strange.mean() > 0.9


def test_peeked_at_it_says_what_it_would_then_nothing_has_moved():
    state, x = learned(), blobs(20, 4, (1, 2, 5))[0]
    before = fingerprint(state)
    for at, whole in enumerate(OPEN.peek(state, asked(x))):
        each = [OPEN.step(clone(state), asked(x[row : row + 1]))[1][at] for row in range(20)]
        np.testing.assert_array_equal(np.concatenate(each), whole)
    assert fingerprint(state) == before


def test_before_anything_is_learned_all_is_unknown():
    said = OPEN.guessed(OPEN.start(), blobs(3, 1)[0])
    assert said.unknown.all()
    assert (said.label == NONE).all()


def test_few_known_rows_flag_nothing():
    x, y = blobs(12, 1, (1, 2))
    state, _ = OPEN.step(OPEN.start(), told(x, y))
    assert not OPEN.guessed(state, blobs(50, 3, (4, 5))[0]).unknown.any()


def test_none_of_them_is_learned_yet_never_guessed():
    x, y = blobs(400, 1, (0, 1, 2))
    state, _ = OPEN.step(OPEN.start(), told(x, y, tick=8))
    said = OPEN.guessed(state, blobs(200, 2, (0,))[0])
    assert (said.label != NONE).all()
    assert said.unknown.mean() > 0.9


def test_a_correction_leaves_what_the_right_label_would_have():
    x, y = blobs(60, 1, (1, 2))
    right = told(x, y)
    wrong = told(x[:1], 3 - y[:1])
    was, what = np.array([3 - y[0]]), np.array([CORRECTION], np.int8)
    mended = Turns(**{**vars(right.rows(slice(0, 1))), "what": what, "was": was})
    state, _ = OPEN.step(OPEN.start(), wrong)
    state, _ = OPEN.step(state, mended)
    state, _ = OPEN.step(state, right.rows(slice(1, None)))
    plain, _ = OPEN.step(OPEN.start(), right)
    np.testing.assert_allclose(state.grown.weights, plain.grown.weights, atol=1e-9)


def test_rows_near_one_that_is_kept_are_less_odd():
    x, y = blobs(400, 1, (1, 2, 3))
    bare = OpenSet(OPEN.growing, kept=0)
    with_rows, without = (one.step(one.start(), told(x, y, tick=8))[0] for one in (OPEN, bare))
    same = OPEN.guessed(with_rows, x[:50]).odd - bare.guessed(without, x[:50]).odd
    far = OPEN.guessed(with_rows, x[:50] + 20).odd - bare.guessed(without, x[:50] + 20).odd
    assert (same < -0.6).all()
    assert (far > -0.01).all()
    assert without.kept.came[0] == 0


def test_of_rows_of_no_class_none_is_kept():
    x, y = blobs(60, 1, (0, 1, 2))
    state, _ = OPEN.step(OPEN.start(), told(x, y))
    assert state.kept.came[0] == (y > 0).sum()


def test_rows_that_ask_nothing_get_no_answer():
    x, y = blobs(5, 1, (1, 2))
    _, said = OPEN.step(OPEN.start(), told(x, y))
    assert np.isnan(said.odd).all()
    assert not said.unknown.any()


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"alarms": 0.0}, "open_set.alarms: expected more than 0 and less than 1, got 0.0"),
        ({"kept": -1}, "open_set.kept: expected 0 or more, got -1"),
        ({"window": 5}, "open_set.window: expected at least 20, got 5"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        OpenSet(Growing(8), **bad)
    assert str(caught.value) == text
