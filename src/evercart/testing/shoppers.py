"""Simulated shoppers: who they are, how likely each buys on a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.chance import normal, uniform
from evercart.units import DAY_US, HOUR_S, SECOND_US

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLACES: Final = 5
CAMPAIGN_EVERY: Final = 28  # days from one campaign's first day to the next one's
CAMPAIGN_DAYS: Final = 10  # days after the first on which the reached buy more
REACHED: Final = 0.35
LIFT: Final = 0.9  # log-odds that a campaign adds for whom it reached
LEAVING: Final = 1 / 400  # chance a day that a shopper is gone for good
REFILL: Final = 1.5  # log-odds lost on the day of a purchase, as the cupboard is full
REFILL_DAYS: Final = 3.0
LONG_AGO: Final = 60  # days since the last purchase of someone who never bought
_WEEKDAYS: Final = np.array([-0.1, -0.2, -0.15, 0.0, 0.25, 0.4, -0.3])  # Monday first
_HOURS: Final = np.array([6.5, 9.0, 12.0, 14.0, 17.0, 20.0, 23.5]) * HOUR_S * SECOND_US
_BOUGHT: Final = np.array([0.0, 0.12, 0.35, 0.45, 0.68, 0.95, 1.0])  # share of the day's baskets until then


@dataclass(frozen=True)
class Shoppers(Batch):
    """Those who are about, one a seat; whoever leaves gives the seat to somebody new.

    user      (seats,) the number in the shopper's name, never used twice
    since     (seats,) day of arrival
    last      (seats,) day of the last purchase
    base      (seats,) log-odds of buying on a day
    swing     (seats,) how far those drift
    period    (seats,) days of one drift there and back
    phase     (seats,) radians
    taste     (seats,) radians on the circle of categories, on day 0
    speed     (seats,) radians a day: tastes drift
    place     (seats,) the usual store
    """

    user: Ints
    since: Ints
    last: Ints
    base: Floats
    swing: Floats
    period: Floats
    phase: Floats
    taste: Floats
    speed: Floats
    place: Ints

    @classmethod
    def arriving(cls, seed: int, user: Ints, day: int) -> Shoppers:
        """Return new shoppers, drawn from their numbers alone."""
        turn = 2 * np.pi
        return cls(
            user=user,
            since=np.full(len(user), day, np.int64),
            last=np.full(len(user), day - LONG_AGO, np.int64),
            base=-1.9 + 0.8 * normal(seed, user, "shopper/base"),
            swing=1.2 * uniform(seed, user, "shopper/swing"),
            period=90 + 180 * uniform(seed, user, "shopper/period"),
            phase=turn * uniform(seed, user, "shopper/phase"),
            taste=turn * uniform(seed, user, "shopper/taste"),
            speed=0.01 * normal(seed, user, "shopper/speed"),
            place=(PLACES * uniform(seed, user, "shopper/place")).astype(np.int64),
        )

    def replaced(self, where: NDArray[np.bool_], new: Shoppers) -> Shoppers:
        """Return the seats with the new shoppers, (where.sum(),), in those named."""
        columns = [column.copy() for column in self._arrays()]
        for column, values in zip(columns, new._arrays(), strict=True):
            column[where] = values
        return Shoppers(*columns)


def season(day: int) -> float:
    """Return the log-odds that the day of the week adds, with those of the day of the year.

    >>> season(5) > season(6)  # day 0 is a Monday in early January
    True
    """
    return float(_WEEKDAYS[day % 7] + 0.35 * np.cos(2 * np.pi * (day - 350) / 365.25))


def campaign(day: int) -> int:
    """Return the campaign that a day belongs to, or -1; it begins with the messages of its first day.

    >>> campaign(27), campaign(28), campaign(38), campaign(39)
    (-1, 1, 1, -1)
    """
    number, since = divmod(day, CAMPAIGN_EVERY)
    return number if number > 0 and since <= CAMPAIGN_DAYS else -1


def reached(seed: int, shoppers: Shoppers, number: int) -> NDArray[np.bool_]:
    """Return whom a campaign reaches: a drawn share of those who were about on its first day; -1 reaches nobody."""
    if number < 1:
        return np.zeros(len(shoppers), np.bool_)
    drawn = uniform(seed, shoppers.user, f"campaign/{number}") < REACHED
    present: NDArray[np.bool_] = shoppers.since <= number * CAMPAIGN_EVERY
    return drawn & present


def buying(seed: int, shoppers: Shoppers, day: int) -> Floats:
    """Return the true chance of each that they buy on a day, given that they have not since `last`."""
    drift = shoppers.swing * np.sin(2 * np.pi * day / shoppers.period + shoppers.phase)
    odds = shoppers.base + drift + season(day) - REFILL * np.exp((shoppers.last - day) / REFILL_DAYS)
    number = campaign(day)
    if number > 0 and day % CAMPAIGN_EVERY > 0:  # its messages work from the day after
        odds += LIFT * reached(seed, shoppers, number)
    chance: Floats = 1 / (1 + np.exp(-odds))
    return chance


def time_of_day(drawn: Floats) -> Ints:
    """Return microseconds after midnight from uniform numbers."""
    us: Ints = np.interp(drawn, _BOUGHT, _HOURS).astype(np.int64)
    return us


def share_before(us: Ints) -> Floats:
    """Return the share of baskets up to a time of day: the inverse of `time_of_day`.

    >>> share_before(time_of_day(np.array([0.25]))).round(6).tolist()
    [0.25]
    """
    share: Floats = np.interp(us, _HOURS, _BOUGHT)
    return share


def returning(seed: int, buyers: Shoppers, day: int, us: Ints, days: int) -> Floats:
    """Return the true chance that buyers of a day are back within `days` times 24 hours.

    buyers    those who bought on that day, so that nothing but chance decides what follows
    us        (buyers,) time of day of the purchase

    Counted from the last day to the first: to be gone, or to stay without buying until then.
    """
    buyers = replace(buyers, last=np.full_like(buyers.last, day))
    away = np.ones(len(buyers))
    for ahead in range(days, 0, -1):
        chance = buying(seed, buyers, day + ahead)
        if ahead == days:
            chance = chance * share_before(us % DAY_US)
        away = LEAVING + (1 - LEAVING) * (1 - chance) * away
    back: Floats = 1 - away
    return back
