"""The chances of a simulated shopper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evercart.testing.shoppers import (
    CAMPAIGN_DAYS,
    CAMPAIGN_EVERY,
    LEAVING,
    LIFT,
    Shoppers,
    buying,
    reached,
    returning,
    season,
    share_before,
    time_of_day,
)
from evercart.units import DAY_US, HOUR_S, SECOND_US

EVERYONE = Shoppers.arriving(1, np.arange(2_000), 0)


def _odds(chance: np.ndarray) -> np.ndarray:
    return np.log(chance / (1 - chance))


def test_shoppers_are_drawn_from_their_number_alone() -> None:
    few = Shoppers.arriving(1, np.array([7, 3]), 0)
    assert few.base.tolist() == EVERYONE.base[[7, 3]].tolist()


def test_a_campaign_raises_exactly_those_it_reached() -> None:
    day = CAMPAIGN_EVERY + 1
    lonely = Shoppers.arriving(1, np.arange(2_000), CAMPAIGN_EVERY + 1)  # came after its first day
    lonely = replace(lonely, last=EVERYONE.last)
    lift = _odds(buying(1, EVERYONE, day)) - _odds(buying(1, lonely, day))
    assert np.allclose(lift, np.where(reached(1, EVERYONE, 1), LIFT, 0.0))
    assert 0.3 < reached(1, EVERYONE, 1).mean() < 0.4


def test_tastes_and_habits_drift() -> None:
    quiet = replace(EVERYONE, last=np.full_like(EVERYONE.last, -60))
    move = _odds(buying(1, quiet, 20)) - season(20) - _odds(buying(1, quiet, 90)) + season(90)
    assert 0.2 < np.abs(move).mean() < 2.0
    assert (EVERYONE.speed != 0).all()


def test_the_time_of_day_and_its_share_are_inverse() -> None:
    drawn = np.linspace(0, 1, 101)
    assert np.allclose(share_before(time_of_day(drawn)), drawn, atol=1e-6)
    assert time_of_day(np.array([0.0]))[0] >= 6 * HOUR_S * SECOND_US


def test_the_chance_of_a_return_agrees_with_playing_it_out() -> None:
    """The recursion against 4,000 futures of each of three shoppers, day by day."""
    day, us, within = CAMPAIGN_EVERY - 3, np.array([int(0.6 * DAY_US)]), 7
    rng = np.random.default_rng(5)
    for seat in (1, 4, 9):
        one = EVERYONE.rows(slice(seat, seat + 1))
        bought = replace(one, last=np.array([day]))
        back, about = np.zeros(4_000, bool), np.ones(4_000, bool)
        for ahead in range(1, within + 1):
            about &= rng.random(4_000) >= LEAVING
            comes = about & (rng.random(4_000) < buying(1, bought, day + ahead))
            if ahead == within:
                comes &= time_of_day(rng.random(4_000)) <= us
            back |= comes
        true = returning(1, one, day, us, within)[0]
        assert abs(back.mean() - true) < 4 * np.sqrt(true * (1 - true) / 4_000)


def test_a_campaign_ends() -> None:
    last = CAMPAIGN_EVERY + CAMPAIGN_DAYS
    hit = reached(1, EVERYONE, 1)
    quiet = replace(EVERYONE, last=np.full_like(EVERYONE.last, -60))
    during, after = (_odds(buying(1, quiet, day)) - season(day) for day in (last, last + 1))
    assert (during - after)[hit].mean() > 0.8
    assert abs((during - after)[~hit].mean()) < 0.05
