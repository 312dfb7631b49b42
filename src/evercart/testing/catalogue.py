"""A simulated catalogue: items that are launched, grow, decline, end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.chance import normal, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CATEGORIES: Final = 12
DEPARTMENTS: Final = 4
BRANDS: Final = 40
GROWN: Final = 0.15  # share of its life after which an item sells at its full rate
DECLINING: Final = 0.7  # share of its life after which it sells less, at a lower price
MARKED_DOWN: Final = 0.8


@dataclass(frozen=True)
class Catalogue(Batch):
    """What is on sale, one item a seat; the seats of one category stand together.

    number    (seats,) the number in the item's name, never used twice
    launched  (seats,) day of the launch
    life      (seats,) days from launch to delisting
    appeal    (seats,) relative rate of sale at its full height
    price     (seats,) minor units, before it is marked down
    """

    number: Ints
    launched: Ints
    life: Ints
    appeal: Floats
    price: Ints

    @classmethod
    def launching(cls, seed: int, number: Ints, day: int) -> Catalogue:
        """Return new items, drawn from their numbers alone."""
        return cls(
            number=number,
            launched=np.full(len(number), day, np.int64),
            life=(120 + 500 * uniform(seed, number, "item/life")).astype(np.int64),
            appeal=np.exp(1.1 * normal(seed, number, "item/appeal")),
            price=10 * (1 + np.exp(3.4 + 0.9 * normal(seed, number, "item/price"))).astype(np.int64) + 9,
        )

    @classmethod
    def opening(cls, seed: int, items: int) -> Catalogue:
        """Return the catalogue of day 0, with items of every age."""
        number = np.arange(items, dtype=np.int64)
        new = cls.launching(seed, number, 0)
        age = (uniform(seed, number, "item/age") * new.life).astype(np.int64)
        return cls(new.number, -age, new.life, new.appeal, new.price)

    @property
    def category(self) -> Ints:
        """Return the category of each seat."""
        return np.arange(len(self), dtype=np.int64) * CATEGORIES // len(self)

    @property
    def brand(self) -> Ints:
        """Return the brand of each item."""
        return self.number * 7 % BRANDS

    def age(self, day: int) -> Floats:
        """Return the share of its life that each item has behind it."""
        share: Floats = (day - self.launched) / self.life
        return share

    def price_on(self, day: int) -> Ints:
        """Return minor units on a day."""
        down = (self.price * MARKED_DOWN).astype(np.int64)
        return np.where(self.age(day) >= DECLINING, down, self.price)

    def renewed(self, seed: int, day: int, next_number: int) -> Catalogue:
        """Return the catalogue with each item whose life has ended replaced by a new one of its category."""
        ended = self.age(day) >= 1
        if not ended.any():
            return self
        new = Catalogue.launching(seed, next_number + np.arange(ended.sum()), day)
        columns = [column.copy() for column in self._arrays()]
        for column, values in zip(columns, new._arrays(), strict=True):
            column[ended] = values
        return Catalogue(*columns)


def selling(age: Floats) -> Floats:
    """Return an item's share of its full rate of sale at an age: it grows, holds, declines.

    >>> selling(np.array([0.0, 0.15, 0.5, 0.85, 1.0])).round(2).tolist()
    [0.1, 1.0, 1.0, 0.5, 0.0]
    """
    share: Floats = np.interp(age, [0.0, GROWN, DECLINING, 1.0], [0.1, 1.0, 1.0, 0.0])
    return share


def chosen(catalogue: Catalogue, day: int, category: Ints, drawn: Floats) -> Ints:
    """Return the seat of an item for each wanted category, by the rates of sale of the day.

    category  (rows,) in [0, CATEGORIES)
    drawn     (rows,) uniform numbers
    """
    rate = catalogue.appeal * selling(catalogue.age(day)) + 1e-9
    until = np.concatenate([[0.0], np.cumsum(rate)])
    edge = np.searchsorted(catalogue.category, np.arange(CATEGORIES + 1))
    low, high = until[edge[category]], until[edge[category + 1]]
    seat = np.searchsorted(until, low + drawn * (high - low), side="right") - 1
    within: Ints = np.clip(seat, edge[category], edge[category + 1] - 1)
    return within
