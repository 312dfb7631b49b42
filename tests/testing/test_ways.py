"""Each way of a fraud ring looks as it says."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.testing.payers import ANEW, Paid, Payers
from evercart.testing.ways import HELD, WAYS, Scene
from evercart.units import DAY_US, HOUR_S, SECOND_US

PAYERS = Payers.arriving(np.random.default_rng(1), np.arange(500), 80)


def _frauds(way: str, day: int = 30, count: int = 300) -> Paid:
    scene = Scene(PAYERS, seed=7, day=day, start_us=day * DAY_US, places=80)
    return WAYS[way](scene, np.random.default_rng((7, day)), count)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [1, 7, 300])
def test_all_are_frauds_of_the_day_as_many_as_wanted(way: str, count: int) -> None:
    found = _frauds(way, count=count)
    assert len(found) == count and (found.fraud == 1).all()
    assert (found.us // DAY_US == 30).all() and (found.amount > 0).all()
    assert ((found.place >= 0) & (found.place < 80)).all()


def test_large_amounts_are_above_the_owner_s_usual_ones() -> None:
    found = _frauds("large")
    assert np.median(np.log(found.amount) - PAYERS.usual[found.user]) > np.log(3.5)
    assert len(set(found.device)) == len({*zip(found.device, found.card, strict=True)}) == 100


def test_fresh_accounts_share_a_handful_of_devices_for_three_days() -> None:
    days = [set(_frauds("fresh", day).device) for day in (30, 32, 33)]
    assert days[0] == days[1] and len(days[0]) == 6 and not days[1] & days[2]
    assert (_frauds("fresh").user >= ANEW).all()


def test_cards_are_tried_with_small_amounts_at_two_places_within_an_hour() -> None:
    found = _frauds("probing")
    assert found.amount.max() < 600 and len(set(found.place)) <= 2
    for place in set(found.place):
        us = found.us[found.place == place]
        assert us.max() - us.min() <= HOUR_S * SECOND_US


def test_terminals_stay_taken_over_for_weeks_one_after_the_other() -> None:
    held = {day: set(_frauds("terminals", day).place) for day in (28, 34, 35, 48, 49)}
    assert all(len(places) == HELD for places in held.values())
    assert held[28] == held[34] and len(held[28] & held[35]) == HELD - 1
    assert len(held[28] & held[48]) == 1 and not held[28] & held[49]


def test_bursts_come_in_the_small_hours_within_minutes() -> None:
    found = _frauds("night")
    hour = found.us % DAY_US / (HOUR_S * SECOND_US)
    assert hour.min() >= 0.5 and hour.max() < 5
    assert len(set(found.user)) <= 75


def test_gift_cards_have_round_amounts_go_to_new_addresses() -> None:
    found = _frauds("gifts")
    assert set(found.amount) == {2_500, 5_000, 10_000, 15_000}
    assert (found.address >= ANEW).all() and len(set(found.place)) <= 6
