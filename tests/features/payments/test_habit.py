"""A habit is a running mean, a running variance, counts that fade."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.features.payments.habit import COLUMNS, HABIT, Odd, is_odd, pay, say_habit, unknown
from evercart.units import DAY_US

RULE = Odd(3.0, 4)


def habit_of(amounts: list[float]) -> np.void:
    habit = np.zeros(1, HABIT)[0]
    for day, amount in enumerate(amounts):
        pay(habit, RULE, day * DAY_US, amount)
    return habit


def test_the_mean_and_the_variance_are_plain_at_first() -> None:
    amounts = [900.0, 1500, 700, 1200, 1000]
    habit = habit_of(amounts)
    assert habit["mean"] == pytest.approx(np.mean(amounts))
    assert habit["spread"] == pytest.approx(np.var(amounts))
    assert habit["lately"][0] == pytest.approx(sum(0.5**day for day in range(5)))


def test_odd_is_more_than_three_times_the_usual_once_four_are_known() -> None:
    assert not is_odd(habit_of([1000.0] * 3), RULE, 9000.0)
    assert is_odd(habit_of([1000.0] * 4), RULE, 3001.0)
    assert not is_odd(habit_of([1000.0] * 4), RULE, 3000.0)


def test_what_is_said_has_a_place_each() -> None:
    said = np.zeros(len(COLUMNS), np.float32)
    say_habit(habit_of([1000.0] * 5), 5 * DAY_US, 1000.0, said)
    by_name = dict(zip([column.name for column in COLUMNS], said.tolist(), strict=True))
    assert by_name["over_usual"] == pytest.approx(0)
    assert by_name["known"] == pytest.approx(np.log(6))
    assert by_name["since"] == pytest.approx(np.log(25))
    assert by_name["odd_14d"] == 0
    nothing = np.ones((2, len(COLUMNS)), np.float32)
    unknown(nothing)
    assert nothing[:, 2].tolist() == [0, 0]
