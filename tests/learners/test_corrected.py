"""A forecast stands until its errors are known."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.corrected import Corrected
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.prequential import prequential

COLUMNS = (Column("forecast"), Column("other"))


def test_without_a_label_the_forecast_is_the_guess() -> None:
    x = np.array([[5, 0], [np.nan, 0]], np.float32)
    turns = prequential(x, np.array([9.0, 9.0]))
    learner = Corrected(Linear(COLUMNS, "squared"), COLUMNS, "forecast")
    asked = turns.rows(turns.what == 0)
    assert learner.step(learner.start(), asked)[1].tolist() == [5.0, 0.0]
    assert learner.peek(learner.start(), asked).tolist() == [5.0, 0.0]


def test_what_it_misses_is_learned() -> None:
    forecast = np.random.default_rng(1).normal(50, 20, 400)
    turns = prequential(np.stack([forecast, forecast], axis=1).astype(np.float32), forecast + 3.0)
    learner = Corrected(Mean(prior=0.0), COLUMNS, "forecast")
    _, guesses = learner.step(learner.start(), turns)
    asked = turns.what == 0
    assert guesses[asked][-1] == pytest.approx(forecast[-1] + 3.0, abs=0.05)


def test_it_is_eased_like_the_learner_inside() -> None:
    learner = Corrected(Linear(COLUMNS, "squared", Ftrl()), COLUMNS, "forecast")
    assert learner.eased(learner.start(), 0.5).memory.shape == learner.start().memory.shape


def test_mistakes_are_told() -> None:
    with pytest.raises(UserError, match=r"^column: expected one of forecast other, got 'nothing'$"):
        Corrected(Mean(), COLUMNS, "nothing")
