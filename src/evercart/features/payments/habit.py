"""Habit: what a payer usually pays, how often something unusual came of late."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column
from evercart.kernel import lean
from evercart.units import DAY_US

HALVED_D: Final = (1.0, 3.0, 7.0, 14.0)  # half-lives of what is counted
HABIT: Final = np.dtype([
    ("payments", np.int64),
    ("last_us", np.int64),
    ("mean", np.float64),  # of amounts, minor units; what is odd counts as the mean
    ("spread", np.float64),  # variance of the same
    ("lately", np.float64, (len(HALVED_D),)),  # payments, fading
    ("odd", np.float64, (len(HALVED_D),)),  # those with an odd amount, fading
])  # fmt: skip
COLUMNS: Final = (
    Column("over_usual", "log"),  # of the amount over the usual one
    Column("deviation", "standard deviations"),  # of the amount from the usual one
    Column("known", "log payments"),  # that the habit stands on
    Column("since", "log hours"),  # since the payment before
    *(Column(f"lately_{days:g}d", "log payments") for days in HALVED_D),
    *(Column(f"odd_{days:g}d", "payments") for days in HALVED_D),
)
_LONG: Final = 200  # payments: what came before fades after so many
_CENTS: Final = 100.0  # added to amounts before their ratio is taken, so that coins do not decide
_WAYS: Final = len(HALVED_D)


class Odd(NamedTuple):
    """When an amount is odd: more than `times` the payer's usual one, once `least` payments are known."""

    times: float
    least: int


@lean
def is_odd(habit: Any, rule: Odd, amount: float) -> bool:
    """Return whether an amount is odd for a payer."""
    return bool(habit.payments >= rule.least and amount > rule.times * habit.mean)


@lean
def fading(days: float, half_life_d: float) -> float:
    """Return what is left after so many days."""
    return float(np.exp2(-days / half_life_d))


@lean
def pay(habit: Any, rule: Odd, now: int, amount: float) -> None:
    """Take in a payment."""
    odd, days = is_odd(habit, rule, amount), (now - habit.last_us) / DAY_US
    for way in range(_WAYS):
        left = fading(days, HALVED_D[way]) if habit.payments > 0 else 0.0
        habit.lately[way] = habit.lately[way] * left + 1.0
        habit.odd[way] = habit.odd[way] * left + (1.0 if odd else 0.0)
    habit.last_us = now
    habit.payments += 1
    share = 1.0 / min(habit.payments, _LONG)
    away = 0.0 if odd else amount - habit.mean
    habit.mean += share * away
    habit.spread = (1.0 - share) * (habit.spread + share * away * away)


@lean
def say_habit(habit: Any, now: int, amount: float, to: NDArray[np.float32]) -> None:
    """Write what the amount is against the payer's habit; see `COLUMNS`."""
    days = (now - habit.last_us) / DAY_US
    to[0] = np.log((amount + _CENTS) / (habit.mean + _CENTS))
    to[1] = min(max((amount - habit.mean) / (np.sqrt(habit.spread) + _CENTS), -10.0), 10.0)
    to[2] = np.log1p(habit.payments)
    to[3] = np.log1p(24.0 * days)
    for way in range(_WAYS):
        left = fading(days, HALVED_D[way])
        to[4 + way] = np.log1p(habit.lately[way] * left)
        to[4 + _WAYS + way] = habit.odd[way] * left


def unknown(x: NDArray[np.float32]) -> None:
    """Write what stands where nothing is known of a payer, into (rows, columns)."""
    x[:] = 0.0
    x[:, 3] = np.log1p(24.0 * 365)
