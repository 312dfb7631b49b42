"""Class after class is one regression over all rows."""

import numpy as np
import pytest
from drawn import blobs

from evercart.errors import UserError
from evercart.fold import pack, unpack
from evercart.remember.growing import Growing

GROWING = Growing(8, 64, width=3.0)


def learned(rows, y, *orders):
    state = GROWING.start()
    for order in orders:
        state = GROWING.learn(state, rows[order], y[order].astype(np.int64), np.ones(len(order)))
    return state


def at_once(rows, y):
    return np.linalg.solve(rows.T @ rows + GROWING.ridge * np.eye(64), rows.T @ np.eye(6)[y.astype(int)]).T


def test_classes_that_come_one_by_one_end_as_one_fit():
    x, y = blobs(300, 1)
    rows = GROWING.lifted(x)
    state = learned(rows, y, *(np.flatnonzero(y == one) for one in range(6)))
    np.testing.assert_allclose(state.weights, at_once(rows, y), atol=1e-9)


def test_a_class_that_has_not_come_has_no_row():
    x, y = blobs(50, 1, (0, 2))
    state = learned(GROWING.lifted(x), y, np.arange(50))
    assert state.weights.shape == (3, 64)
    assert state.seen[1] == 0
    assert not state.weights[1].any()


def test_what_is_taken_back_leaves_nothing():
    x, y = blobs(80, 1)
    rows = GROWING.lifted(x)
    state = learned(rows, y, np.arange(80))
    state = GROWING.learn(state, rows[60:], y[60:].astype(np.int64), -np.ones(20))
    np.testing.assert_allclose(state.weights, at_once(rows[:60], y[:60]), atol=1e-9)


def test_a_state_goes_on_from_a_file_to_the_last_bit():
    x, y = blobs(80, 1)
    rows, label = GROWING.lifted(x), y.astype(np.int64)
    state = learned(rows, y, np.arange(40))
    loaded = unpack(GROWING.start(), pack(state))
    there, here = (GROWING.learn(one, rows[40:], label[40:], np.ones(40)) for one in (loaded, state))
    np.testing.assert_array_equal(there.weights, here.weights)


def test_what_is_usual_is_the_score_of_a_row_left_out():
    x, y = blobs(40, 1, (0, 1))
    rows, label = GROWING.lifted(x), y.astype(np.int64)
    state = GROWING.learn(GROWING.start(), rows, label, np.ones(40))
    own = []
    for out in range(40):
        others = np.delete(np.arange(40), out)
        left = GROWING.learn(GROWING.start(), rows[others], label[others], np.ones(39))
        own.append((left.weights @ rows[out])[label[out]])
    usual = [np.mean([own[row] for row in np.flatnonzero(label == one)]) for one in (0, 1)]
    np.testing.assert_allclose(state.usual, usual, atol=1e-9)


def test_a_new_class_is_found_after_twenty_rows_among_thousands():
    x, y = blobs(4000, 1, (0, 1, 2, 3))
    few, _ = blobs(20, 2, (4,))
    state = GROWING.learn(GROWING.start(), GROWING.lifted(x), y.astype(np.int64), np.ones(4000))
    old_x, old_y = blobs(600, 3, (0, 1, 2, 3))
    new = GROWING.lifted(blobs(300, 4, (4,))[0])
    before = (GROWING.scores(state, GROWING.lifted(old_x)).argmax(1) == old_y).mean()
    state = GROWING.learn(state, GROWING.lifted(few), np.full(20, 4), np.ones(20))
    plain = GROWING.scores(state, new)
    evened = GROWING.evened(state, plain)
    after = (GROWING.evened(state, GROWING.scores(state, GROWING.lifted(old_x))).argmax(1) == old_y).mean()
    assert (evened.argmax(1) == 4).mean() > (plain.argmax(1) == 4).mean() + 0.1
    assert after > before - 0.01


def test_labels_that_are_hard_to_tell_apart_are_guessed_as_they_were_by_many_rows():
    rng = np.random.default_rng(1)
    x, y = blobs(6000, 1, (0, 1))
    y = np.where((y == 1) & (rng.random(6000) < 0.45), 0, y).astype(np.int64)
    rows = GROWING.lifted(x)
    state = GROWING.learn(GROWING.start(), rows[:3000], y[:3000], np.ones(3000))
    plain = GROWING.scores(state, rows[3000:])
    right = [(scores.argmax(1) == y[3000:]).mean() for scores in (plain, GROWING.evened(state, plain))]
    assert right[1] > right[0] - 0.005


def test_while_all_is_new_scores_are_hardly_evened():
    rng = np.random.default_rng(1)
    noise = GROWING.lifted(rng.normal(size=(60, 8)).astype(np.float32) * 9)
    state = GROWING.learn(GROWING.start(), noise, rng.integers(0, 6, 60), np.ones(60))
    plain = GROWING.scores(state, noise)
    ratio = GROWING.evened(state, plain) / plain
    assert state.usual.max() < 0.5
    assert ratio.max() / ratio.min() < 1.5


def test_what_fades_keeps_what_is_usual():
    x, y = blobs(80, 1)
    state = learned(GROWING.lifted(x), y, np.arange(80))
    usual = state.usual.copy()
    np.testing.assert_array_equal(GROWING.faded(state, 0.5).usual, usual)


def test_labels_that_are_no_class_are_left_out():
    state = GROWING.learn(GROWING.start(), np.ones((2, 64)), np.array([-1, 10_000]), np.ones(2))
    assert len(state.seen) == 0
    assert GROWING.scores(state, np.ones((2, 64))).shape == (2, 0)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"inputs": 0}, "growing.inputs: expected at least 1, got 0"),
        ({"features": 0}, "growing.features: expected 1 to 16384, got 0"),
        ({"width": 0.0}, "growing.width: expected more than 0, got 0.0"),
        ({"ridge": 0.0}, "growing.ridge: expected more than 0 and finite, got 0.0"),
        ({"most": 0}, "growing.most: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad, text):
    with pytest.raises(UserError) as caught:
        Growing(**{"inputs": 8, **bad})
    assert str(caught.value) == text
