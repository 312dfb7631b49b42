"""Means of classes tell rows apart; a row is taken back by its negative weight."""

import numpy as np
import pytest
from drawn import blobs

from evercart.errors import UserError
from evercart.remember.centres import Centres

CENTRES = Centres(8)


def learned(x, y, weight=1.0):
    return CENTRES.learn(CENTRES.start(), CENTRES.lifted(x), y.astype(np.int64), np.full(len(y), weight))


def test_rows_lie_nearest_to_their_own_mean():
    x, y = blobs(300, 1, (1, 2, 3))
    others, truth = blobs(200, 2, (1, 2, 3))
    scores = CENTRES.scores(learned(x, y), CENTRES.lifted(others))
    assert (scores[:, 1:].argmax(1) + 1 == truth).mean() > 0.9


def test_what_is_taken_back_was_never_there():
    x, y = blobs(40, 1, (1, 2))
    rows, label = CENTRES.lifted(x), y.astype(np.int64)
    state = CENTRES.learn(learned(x[:-1], y[:-1]), rows[-1:], label[-1:], np.ones(1))
    state = CENTRES.learn(state, rows[-1:], label[-1:], -np.ones(1))
    for one, other in zip(state, learned(x[:-1], y[:-1]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_what_is_not_finite_is_nothing_and_too_many_classes_are_left_out():
    assert not CENTRES.lifted(np.full((1, 8), np.inf, np.float32)).any()
    few = Centres(2, most=2)
    state = few.learn(few.start(), np.eye(2), np.array([1, 2]), np.ones(2))
    assert state.seen.tolist() == [0, 1]


@pytest.mark.parametrize(("given", "text"), [((0,), "centres.inputs: expected at least 1, got 0"),
                                             ((2, 0), "centres.most: expected at least 1, got 0")])  # fmt: skip
def test_bad_parameters(given, text):
    with pytest.raises(UserError) as caught:
        Centres(*given)
    assert str(caught.value) == text
