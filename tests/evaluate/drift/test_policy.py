"""Policies turn alarms into data."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.drift.alarms import ADWIN, alarms
from evercart.evaluate.drift.policy import Instruction, OnlyAlert, RaiseRate, StartChallenger
from evercart.features.columns import Column
from evercart.learners.linear import Linear
from evercart.learners.reacting import Reacting
from evercart.units import DAY_US

PLACES = np.array([[9, 9 * DAY_US, 2, 2 * DAY_US], [10, 9 * DAY_US + 5, 10, 9 * DAY_US], [30, 30 * DAY_US, 29, 1]])
FOUND = alarms(PLACES, np.zeros((3, 4)), ADWIN, 0.01)


def test_only_alert_tells_each():
    assert OnlyAlert()(FOUND)[1] == Instruction("alert", 1, 10, 9 * DAY_US + 5)
    assert len(OnlyAlert()(FOUND)) == 3


def test_raise_rate_says_how_much_and_is_a_wrapper():
    assert RaiseRate(keep=0.5, span=3)(FOUND)[0] == Instruction("raise_rate", 0, 9, 9 * DAY_US, keep=0.5, span=3)
    linear = Linear((Column("a"),))
    made = RaiseRate(0.5, 3, 100).around(linear, Adwin(), loss="squared")
    assert made == Reacting(linear, Adwin(), "squared", 0.5, 3, 100)


def test_a_challenger_learns_from_where_the_change_began():
    first, second = StartChallenger()(FOUND)
    assert (first.alarm, first.from_us) == (0, 2 * DAY_US)
    assert (second.alarm, second.from_us) == (2, 1)


def test_a_challenger_gets_its_least_memory():
    told = StartChallenger(rest_s=0)(FOUND)
    assert told[1].from_us == 8 * DAY_US + 5


@pytest.mark.parametrize(
    ("policy", "bad", "text"),
    [
        (RaiseRate, {"keep": 1.0}, "raise_rate.keep: expected more than 0 and less than 1, got 1.0"),
        (RaiseRate, {"span": 0}, "raise_rate.span: expected at least 1, got 0"),
        (RaiseRate, {"every": 0}, "raise_rate.every: expected at least 1, got 0"),
        (StartChallenger, {"least_s": 0}, "start_challenger.least_s: expected more than 0, got 0"),
        (StartChallenger, {"rest_s": -1}, "start_challenger.rest_s: expected at least 0, got -1"),
    ],
)
def test_bad_settings_are_refused(policy, bad, text):
    with pytest.raises(UserError) as error:
        policy(**bad)
    assert str(error.value) == text
