"""Simulated shoppers who follow the model exactly, for the tests of lifetimes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.features.lives import Lives
from evercart.labels.turns import ASKED, Turns
from evercart.units import DAY_US

BUYING = np.array([0.6, 8.0, 0.9, 2.5])
SPENDING = np.array([3.0, 5.0, 40.0])
COLUMNS = Lives().columns
Floats = NDArray[np.float64]


class Population(NamedTuple):
    """Each shopper's visits after the first; days from the first to the last one, to now; visits in 90 more days."""

    again: Floats
    last: Floats
    age: Floats
    later: Floats


def population(shoppers: int, seed: int = 3) -> Population:
    """Draw shoppers by BG/NBD."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = BUYING
    age, rate, leaves = rng.uniform(100, 400, shoppers), rng.gamma(r, 1 / alpha, shoppers), rng.beta(a, b, shoppers)
    again, last, later = np.zeros((3, shoppers))
    for one in range(shoppers):
        now = 0.0
        while (now := now + rng.exponential(1 / rate[one])) <= age[one] + 90:
            if now <= age[one]:
                again[one], last[one] = again[one] + 1, now
            else:
                later[one] += 1
            if rng.random() < leaves[one]:
                break
    return Population(again, last, age, later)


def asked(us: NDArray[np.int64], key: NDArray[np.uint64], x: NDArray[np.float32]) -> Turns:
    """Return questions, each a tick of its own."""
    rows = len(us)
    place, never = np.arange(rows, dtype=np.int64), np.full(rows, np.nan)
    what = np.full(rows, ASKED, np.int8)
    return Turns(what, place, place, us, place, never, never.copy(), np.ones(rows), key, x)


def visits(shoppers: int, days: int, seed: int = 1) -> Turns:
    """Return a question at each visit of shoppers who come every three days, or every twenty, with dear baskets."""
    rng = np.random.default_rng(seed)
    often = np.arange(shoppers) % 2 == 0
    came = [
        (day, user) for day in range(days) for user in range(shoppers) if rng.random() < (0.3 if often[user] else 0.05)
    ]
    first: dict[int, int] = {}
    seen: dict[int, int] = {}
    x = np.zeros((len(came), len(COLUMNS)), np.float32)
    for row, (day, user) in enumerate(came):
        seen[user] = seen.get(user, 0) + 1
        x[row, :4] = seen[user], day - first.setdefault(user, day), 0, 1000 if often[user] else 8000
    us = np.array([day * DAY_US for day, _ in came]) + np.arange(len(came))
    return asked(us, np.array([1 + user for _, user in came], np.uint64), x)
