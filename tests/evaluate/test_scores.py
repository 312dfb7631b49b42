"""Scores are read off sums."""

import numpy as np
import pytest

from evercart.evaluate.losses import squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.evaluate.scores import by_day, by_slice, rolling, scores
from evercart.units import DAY_US

REPORT = Report(("a",), squared, slices=("left", "right"))


def days():
    n = 6  # one question on day 0, two on day 1, three on day 2
    return REPORT.days(
        Scored(
            number=np.arange(n),
            us=np.array([0, 1, 1, 2, 2, 2]) * DAY_US,
            y=np.array([1.0, 2, 2, 3, 3, 3]),
            key=np.ones(n, np.uint64),
            slice=np.array([0, 0, 1, 1, 1, 1], np.int16),
            guesses=np.zeros((n, 1)),
        )
    )


def test_by_day_is_a_mean_and_rolling_weighs_by_questions():
    assert by_day(days(), 0).tolist() == [1, 4, 9]
    assert rolling(days(), 0, over=2) == pytest.approx([1, 9 / 3, 35 / 5])


def test_by_slice():
    assert by_slice(REPORT, days()) == [("left", 2, {"a": 2.5}), ("right", 4, {"a": 7.75})]


def test_no_days_have_no_score():
    assert np.isnan(scores(REPORT, REPORT.none())["a"]["loss"])
