"""Simulated payers have habits."""

from __future__ import annotations

import numpy as np

from evercart.testing.payers import ANEW, HOMES, Payers
from evercart.units import DAY_US


def _payers(many: int = 400) -> Payers:
    return Payers.arriving(np.random.default_rng(1), np.arange(many), 100)


def test_newcomers_take_the_seats_of_those_who_left_under_new_numbers() -> None:
    rng, payers = np.random.default_rng(2), _payers()
    after = payers.moved(rng, 100)
    new = after.user != payers.user
    assert 0 < new.sum() < 20
    assert (after.user[new] == payers.user[new] + 400).all()
    assert np.array_equal(after.usual[~new], payers.usual[~new])


def test_most_payments_are_at_home_by_day_of_usual_amounts_on_own_devices() -> None:
    payers = _payers()
    paid = payers.paying(np.random.default_rng(3), 5 * DAY_US, 20_000, 100)
    assert (paid.us // DAY_US == 5).all()
    home = (payers.homes[paid.user] == paid.place[:, None]).any(axis=1)
    assert payers.homes.shape == (400, HOMES) and home.mean() > 0.85
    assert (paid.us % DAY_US < DAY_US / 4).mean() < 0.05
    over = np.log(paid.amount) - payers.usual[paid.user]
    assert abs(np.median(over)) < 0.05
    assert 0.01 < (over > np.log(3)).mean() < 0.05
    assert 0.02 < (paid.device >= ANEW).mean() < 0.04
    assert paid.fraud.sum() == 0


def test_neighbours_share_what_neighbours_share() -> None:
    rng, payers = np.random.default_rng(4), _payers()
    card, device, address = payers.own(rng, np.repeat(np.arange(4), 200))
    of = [set(device[n * 200 : (n + 1) * 200]) for n in range(4)]
    assert of[0] & of[1] and not of[1] & of[2] and not of[2] & of[3]
    assert set(address) == {0, 1}
    assert not set(card[:200]) & set(card[200:400])
