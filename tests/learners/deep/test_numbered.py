"""A slot column comes to the learner inside as a number too."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.deep.numbered import Numbered, numbered
from evercart.learners.mean import Mean
from evercart.testing.turned import COLUMNS, Turned


class Seen(Mean):
    """Keeps the rows that it was shown."""

    def step(self, state, turns):
        seen.append(turns.x)
        return super().step(state, turns)


seen: list[np.ndarray] = []


def test_the_number_comes_first_one_less_than_the_slot():
    turns = Turned().draw(1, 60, (1_000_000,))
    learner = Numbered(Seen(), COLUMNS, "slot")
    learner.step(learner.start(), turns)
    (x,) = seen
    assert np.array_equal(x[:, 1:], turns.x, equal_nan=True)
    assert np.array_equal(x[:, 0], turns.x[:, 2] - 1)
    assert [one.name for one in numbered(COLUMNS)] == ["number", *(one.name for one in COLUMNS)]


def test_a_number_is_no_slot():
    with pytest.raises(UserError) as error:
        Numbered(Mean(), COLUMNS, "money")
    assert str(error.value) == "numbered.by: expected a slot column, got 'money'"
