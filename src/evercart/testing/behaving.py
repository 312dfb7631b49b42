"""What shoppers of the simulated shop do beside looking or buying, with the true chance of each.

Carts are filled during a visit; a bought piece may be reviewed, or returned, hours later on the same day.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import normal, uniform
from evercart.events.kinds import number
from evercart.testing.emitters import EMITTERS, Day, Ints, Rows
from evercart.units import DAY_US, HOUR_S, SECOND_US

CARTED: Final = 0.15  # chance that what is looked at, not bought, was put in the cart
CART_S: Final = 5  # seconds from the look to the cart
HOURS: Final = {"review": 2.0, "return": 4.0}  # mean time after the checkout; at least one hour
USUAL: Final = {"review": -3.0, "return": -3.5}  # log-odds for one bought line
OWN: Final = 1.0  # standard deviation among shoppers
Floats = NDArray[np.float64]


def chance_of(kind: str, user: Ints) -> Floats:
    """Return the true chance that shoppers review, or return, one bought line on a day without an end, (rows,).

    >>> bool((chance_of("review", np.arange(9)) < 0.6).all())
    True
    """
    odds = USUAL[kind] + OWN * normal(0, user, f"behaving/{kind}")
    chance: Floats = 1 / (1 + np.exp(-odds))
    return chance


def in_time(kind: str, us: Ints) -> Floats:
    """Return the chance that what follows a checkout at a time of day follows before midnight, (rows,)."""
    left_h = np.maximum((DAY_US - us) / (HOUR_S * SECOND_US) - 1.0, 0.0)
    chance: Floats = -np.expm1(-left_h / (HOURS[kind] - 1.0))
    return chance


def carts(day: Day) -> Rows:
    """Write what is put in the cart: all that is bought, some of what is not."""
    drawn = uniform(1, (day.number << 32) + np.arange(len(day.looks)), "behaving/cart")
    look = day.looks.rows((day.looks.pieces > 0) | (drawn < CARTED))
    visit = day.visits.rows(look.visit)
    return {
        "kind": np.full(len(look), number("cart"), np.int64),
        "event_us": day.start_us + visit.us + (CART_S - look.before_s) * SECOND_US,
        "user": day.shoppers.user[visit.seat],
        "session": 2 * visit.number,
        "item": day.catalogue.number[look.item],
        "place": day.shoppers.place[visit.seat],
    }


def reviews(day: Day) -> Rows:
    """Write reviews of what was bought."""
    return _after("review", day)


def returns(day: Day) -> Rows:
    """Write what is brought back."""
    return _after("return", day)


def _after(kind: str, day: Day) -> Rows:
    line = day.looks.rows(day.looks.pieces > 0)
    visit = day.visits.rows(line.visit)
    place, user = (day.number << 32) + np.arange(len(line)), day.shoppers.user[visit.seat]
    later_h = 1.0 - (HOURS[kind] - 1.0) * np.log1p(-uniform(1, place, f"behaving/{kind}/hours"))
    us = visit.us + (later_h * HOUR_S * SECOND_US).astype(np.int64)
    does = (uniform(1, place, f"behaving/{kind}") < chance_of(kind, user)) & (us < DAY_US)
    return {
        "kind": np.full(np.count_nonzero(does), number(kind), np.int64),
        "event_us": day.start_us + us[does],
        "user": user[does],
        "item": day.catalogue.number[line.item[does]],
        "place": day.shoppers.place[visit.seat[does]],
    }


BEHAVING: Final = (*EMITTERS, carts, reviews, returns)
