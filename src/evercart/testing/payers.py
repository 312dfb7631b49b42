"""Simulated payers: who they are, what they usually pay, where they pay it on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.testing.shoppers import time_of_day
from evercart.units import DAY_US

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOMES: Final = 5  # places that a payer usually goes to
ANEW: Final = 1 << 40  # from here on numbers of devices, cards, addresses that appear by chance
_LEAVING: Final = 1 / 300  # chance a day that a payer is gone, with a newcomer in the seat
_HOMELY: Final = np.array([0.40, 0.64, 0.78, 0.86, 0.90])  # share of payments at the homes until then
_NIGHT, _LARGE, _SMALL = 0.02, 0.03, 0.03  # shares of good payments that look odd in one way
_DEVICE, _CARD, _ADDRESS = 0.03, 0.005, 0.02  # shares with one that nobody has seen


@dataclass(frozen=True)
class Paid(Batch):
    """One row a payment; all int64.

    us        microseconds since 1970
    amount    minor units
    fraud     1 or 0
    """

    us: Ints
    user: Ints
    place: Ints
    card: Ints
    device: Ints
    address: Ints
    amount: Ints
    fraud: Ints


@dataclass(frozen=True)
class Payers(Batch):
    """Those who pay, one a seat: number, log of the usual amount, rate among all, homes (seats, `HOMES`)."""

    user: Ints
    usual: Floats
    rate: Floats
    homes: Ints

    @classmethod
    def arriving(cls, rng: np.random.Generator, user: Ints, places: int) -> Payers:
        """Return new payers."""
        many = len(user)
        return cls(user, rng.normal(8.0, 0.6, many), rng.gamma(2.0, 0.5, many), popular(rng, (many, HOMES), places))

    def moved(self, rng: np.random.Generator, places: int) -> Payers:
        """Return them a day later; a number is never used twice."""
        gone = rng.random(len(self)) < _LEAVING
        new = Payers.arriving(rng, self.user[gone] + len(self), places)
        columns = [column.copy() for column in self._arrays()]
        for column, values in zip(columns, new._arrays(), strict=True):
            column[gone] = values
        return Payers(*columns)

    def drawn(self, rng: np.random.Generator, count: int) -> Ints:
        """Return seats, those who pay often more often."""
        up_to = np.cumsum(self.rate)
        seat: Ints = np.searchsorted(up_to, rng.random(count) * up_to[-1]).astype(np.int64)
        return seat

    def amounts(self, rng: np.random.Generator, seat: Ints, times: float | Floats = 1.0) -> Ints:
        """Return amounts, so many times the usual ones."""
        amount: Ints = np.maximum(times * np.exp(rng.normal(self.usual[seat], 0.45)), 50).astype(np.int64)
        return amount

    def own(self, rng: np.random.Generator, seat: Ints) -> tuple[Ints, Ints, Ints]:
        """Return cards, devices, addresses of payers; two neighbours share an address, some a device."""
        user = self.user[seat]
        second = rng.random(len(seat)) < 0.2
        device = np.where(second & (user % 4 < 2), 4 * (user // 2) + 2, 4 * (user // 2) + user % 2)
        return 2 * user + (rng.random(len(seat)) < 0.15), device, user // 2

    def paying(self, rng: np.random.Generator, start_us: int, count: int, places: int) -> Paid:
        """Return good payments of a day, in no order; a few look odd by chance."""
        seat = self.drawn(rng, count)
        homely = np.searchsorted(_HOMELY, rng.random(count))
        away = popular(rng, (count,), places)
        place = np.where(homely < HOMES, self.homes[seat, np.minimum(homely, HOMES - 1)], away)
        us = np.where(rng.random(count) < _NIGHT, rng.random(count) * DAY_US / 4, time_of_day(rng.random(count)))
        odd = rng.random(count)
        times = np.where(odd < _LARGE, rng.uniform(2, 6, count), np.where(odd > 1 - _SMALL, 0.08, 1.0))
        card, device, address = self.own(rng, seat)
        return Paid(
            us=start_us + us.astype(np.int64),
            user=self.user[seat],
            place=place,
            card=some_anew(rng, card, _CARD),
            device=some_anew(rng, device, _DEVICE),
            address=some_anew(rng, address, _ADDRESS),
            amount=self.amounts(rng, seat, times),
            fraud=np.zeros(count, np.int64),
        )


def popular(rng: np.random.Generator, shape: tuple[int, ...], places: int) -> Ints:
    """Return places: a few have many payments, many have few."""
    return (places * rng.random(shape) ** 2).astype(np.int64)


def anew(rng: np.random.Generator, count: int) -> Ints:
    """Return numbers that nobody has had."""
    return rng.integers(ANEW, ANEW << 20, count)


def some_anew(rng: np.random.Generator, own: Ints, share: float) -> Ints:
    """Return the numbers with a share of them in new ones' place."""
    return np.where(rng.random(len(own)) < share, anew(rng, len(own)), own)
