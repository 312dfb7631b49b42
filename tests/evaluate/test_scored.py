"""Racers are matched by number."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.scored import Scored, beside


def test_a_missing_question_is_named():
    scored = Scored(
        number=np.array([1, 5]),
        us=np.zeros(2, np.int64),
        y=np.zeros(2),
        key=np.zeros(2, np.uint64),
        slice=np.zeros(2, np.int16),
        guesses=np.zeros((2, 1)),
    )
    assert beside(scored, np.array([0, 1, 5]), np.array([7.0, 8.0, 9.0])).guesses[:, 1].tolist() == [8.0, 9.0]
    with pytest.raises(UserError, match=r"^beside.number: expected every scored question, got \[0 1\]$"):
        beside(scored, np.array([0, 1]), np.zeros(2))
