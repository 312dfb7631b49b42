"""The running mean of the labels."""

import numpy as np
import pytest
from rows import turns

from evercart.errors import UserError
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.learners.mean import Mean


def test_hints_labels_and_corrections_add_up():
    """A hint of 0 at a quarter, then yes at three quarters; a no that turns out a yes."""
    what = [ASKED, HINT, SETTLED, SETTLED, ASKED, CORRECTION, ABANDONED, ASKED]
    y = [0, 0, 1, 0, 0, 1, np.nan, 0]
    was = [np.nan] * 5 + [0, np.nan, np.nan]
    weight = [1, 0.25, 0.75, 1, 1, 1, 0, 1]
    learner = Mean(prior=0.5, strength=2.0)
    state, guesses = learner.step(
        learner.start(), turns(what, [0, 1, 2, 2, 3, 4, 4, 5], np.zeros(8), y, was=was, weight=weight)
    )
    assert guesses[[0, 4, 7]].tolist() == [0.5, 1.75 / 4, 2.75 / 4]
    assert state.sums.tolist() == [2.0, 1.75]


def test_bad_settings():
    with pytest.raises(UserError, match=r"^mean\.strength: expected more than 0, got 0$"):
        Mean(strength=0)
