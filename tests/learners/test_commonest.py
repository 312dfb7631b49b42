"""What comes most often is said of every question."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.labels.likely import likely_of
from evercart.labels.turns import CORRECTION, Turns
from evercart.learners.commonest import Commonest
from evercart.learners.prequential import prequential


def test_shares_of_what_came():
    y = np.array([5.0, 6.0, 5.0, 5.0, 7.0])
    turns = prequential(np.zeros((5, 1), np.float32), y)
    commonest = Commonest()
    _, guesses = commonest.step(commonest.start(), turns)
    said = likely_of(guesses[np.isfinite(guesses[:, 0])])
    assert said.label[:, 0].tolist() == [0, 5, 5, 5, 5]
    assert said.chance[:, 0].tolist() == [0, 1, 0.5, 2 / 3, 0.75]
    assert not said.unknown.any()


def test_a_correction_moves_a_count_and_room_is_bounded():
    commonest = Commonest(most=2)
    state, _ = commonest.step(commonest.start(), prequential(np.zeros((3, 1), np.float32), np.array([5.0, 6.0, 7.0])))
    assert (state.labels.tolist(), state.seen.tolist()) == ([5, 6], [1, 1])
    one = prequential(np.zeros((1, 1), np.float32), np.array([6.0])).rows(slice(1, 2))
    again = Turns(**{**vars(one), "what": np.full(1, CORRECTION, np.int8), "was": np.array([5.0])})
    assert commonest.step(state, again)[0].seen.tolist() == [0, 2]


def test_bad_room():
    with pytest.raises(UserError) as caught:
        Commonest(0)
    assert str(caught.value) == "commonest.most: expected at least 1, got 0"
