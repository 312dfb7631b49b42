"""The simulated payments: what is drawn is on average what is said to be true."""

import numpy as np

from evercart.acting.costs import ACTIONS, DECLINE, expected_costs
from evercart.testing.acted import SLOTS, outcome, payments, stated

FOUND = payments(3, days=40)


def test_what_is_drawn_is_on_average_what_is_true() -> None:
    for action in range(len(ACTIONS)):
        gap = outcome(FOUND, np.full(len(FOUND), action), 5) - FOUND.lost[:, action]
        assert abs(gap.mean()) <= 4 * gap.std() / np.sqrt(len(gap))


def test_the_model_is_right_on_average_but_not_of_groups() -> None:
    assert abs(FOUND.chance.mean() / FOUND.fraud.mean() - 1) < 0.01
    told = [
        FOUND.chance[FOUND.slot[:, 1] == one].sum() / FOUND.fraud[FOUND.slot[:, 1] == one].sum() for one in range(3)
    ]
    assert told[0] < 0.75 and told[2] > 1.4


def test_stated_costs_are_right_on_average() -> None:
    cost = expected_costs(FOUND.fraud, FOUND.amount, stated(FOUND))
    gap = (cost - cost[:, DECLINE:] - FOUND.lost).mean(0)
    assert np.abs(gap).max() < 0.02 * np.abs(FOUND.lost.mean(0)).max()


def test_slots_are_slots() -> None:
    assert [len(np.unique(column)) for column in FOUND.slot.T] == list(SLOTS)
    assert (np.diff(FOUND.us) >= 0).all()
