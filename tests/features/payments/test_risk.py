"""A spell of fraud begins with a first one, ends with a pause or with calm."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.features.payments.risk import COLUMNS, RISK, SPELL, count, say_risk, strike, take_back, unknown
from evercart.units import DAY_US


def test_frauds_that_follow_each_other_are_one_spell() -> None:
    spell = np.zeros(1, SPELL)[0]
    for day in (0, 5, 14):
        strike(spell, day * DAY_US)
    assert (spell["start_us"], spell["last_us"], spell["frauds"]) == (0, 14 * DAY_US, 3)
    strike(spell, 24 * DAY_US + 1)
    assert (spell["start_us"], spell["frauds"]) == (24 * DAY_US + 1, 1)


def test_three_good_ones_end_a_spell() -> None:
    spell = np.zeros(1, SPELL)[0]
    strike(spell, 0)
    spell["good"] = 3
    strike(spell, DAY_US)
    assert (spell["start_us"], spell["frauds"], spell["good"]) == (DAY_US, 1, 0)


def test_what_is_taken_back_leaves_no_trace() -> None:
    risk = np.zeros(1, RISK)[0]
    count(risk, 0, 1.0, 1.0)
    count(risk, 3 * DAY_US, 0.0, 0.0)
    take_back(risk, 0)
    assert risk["frauds"].tolist() == pytest.approx([0, 0], abs=1e-12)


def test_rates_are_smooth() -> None:
    risk, said = np.zeros(1, RISK)[0], np.zeros((1, len(COLUMNS)), np.float32)
    count(risk, 0, 1.0, 4.0)
    say_risk(risk, 0, 0, said[0])
    assert said[0, 0] == pytest.approx(1.01 / 5)
    unknown(said)
    assert said[0, 0] == pytest.approx(0.01)


def test_what_silence_has_not_told_yet_is_unheard() -> None:
    risk, said = np.zeros(1, RISK)[0], np.zeros((1, len(COLUMNS)), np.float32)
    at = [column.name for column in COLUMNS].index("unheard")
    risk["heard_us"] = DAY_US
    for day, days in ((3, 0), (8, 0), (10, 2), (500, 60)):
        say_risk(risk, day * DAY_US, 7 * DAY_US, said[0])
        assert said[0, at] == pytest.approx(np.log1p(days))
    say_risk(np.zeros(1, RISK)[0], 10 * DAY_US, 7 * DAY_US, said[0])
    assert said[0, at] == pytest.approx(np.log1p(60))
