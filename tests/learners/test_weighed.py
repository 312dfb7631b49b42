"""Labels count as much as their slot says."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.prequential import prequential
from evercart.learners.weighed import Weighed

COLUMNS = (Column("about", slots=3),)


def test_a_slot_without_weight_teaches_nothing() -> None:
    x = np.array([[1], [2], [1], [2], [9]] * 20, np.float32)
    y = np.array([1.0, 0.0, 1.0, 0.0, 0.0] * 20)
    learner = Weighed(Mean(), COLUMNS, "about", (1.0, 1.0, 0.0))  # what is no slot counts as the last one
    state, guesses = learner.step(learner.start(), prequential(x, y))
    assert state.sums.tolist() == [40.0, 40.0]
    assert np.nanmax(guesses) > 0.9
    asked = prequential(x, y).rows(slice(0, 1))
    assert learner.peek(state, asked)[0] == pytest.approx(40.5 / 41)


def test_it_is_eased_like_the_learner_inside() -> None:
    learner = Weighed(Linear(COLUMNS), COLUMNS, "about", (1.0, 1.0, 1.0))
    assert learner.eased(learner.start(), 0.5).memory.shape == learner.start().memory.shape


@pytest.mark.parametrize(
    ("by", "weights", "text"),
    [
        ("about", (1.0,), "weighed.weights: expected 3 numbers, one a slot of about, got (1.0,)"),
        ("about", (1.0, -1.0, 1.0), "weighed.weights: expected finite numbers of at least 0, got (1.0, -1.0, 1.0)"),
        ("x", (), "column: expected one of about, got 'x'"),
    ],
)
def test_mistakes_are_told(by: str, weights: Any, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Weighed(Mean(), COLUMNS, by, weights)
