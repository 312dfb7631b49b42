"""Emitters: one function a kind of event, from a simulated day to rows.

A further kind is one more function here. Every column is int64: names travel as the number in them,
and `MISSING` stands where a row has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.events.kinds import number
from evercart.testing.catalogue import CATEGORIES, DECLINING, DEPARTMENTS, Catalogue
from evercart.testing.shoppers import CAMPAIGN_EVERY, Shoppers, campaign
from evercart.units import HOUR_S, MISSING, SECOND_US, THOUSANDTHS

Ints = NDArray[np.int64]
Rows = Mapping[str, Ints]

LOOK_S: Final = 20  # seconds from one look to the next
COUPON_SHARE: Final = 10  # a coupon takes a tenth off one line


@dataclass(frozen=True)
class Visits(Batch):
    """One row a visit of the day: seat, number, time of day [us], whether it buys, whether with a coupon."""

    seat: Ints
    number: Ints
    us: Ints
    buys: NDArray[np.bool_]
    coupon: NDArray[np.bool_]


@dataclass(frozen=True)
class Looks(Batch):
    """One row an item looked at: row of its visit, seconds before the checkout, seat of the item, pieces bought."""

    visit: Ints
    before_s: Ints
    item: Ints
    pieces: Ints


@dataclass(frozen=True)
class Day:
    """All that is decided about a day before its events are written."""

    number: int
    start_us: int
    shoppers: Shoppers
    arrived: NDArray[np.bool_]  # (seats,)
    reached: NDArray[np.bool_]  # (seats,) by the running campaign
    catalogue: Catalogue
    visits: Visits
    looks: Looks


Emitter = Callable[[Day], Rows]


def _rows(kind: str, day: Day, us: Ints, **columns: Ints) -> Rows:
    return {"kind": np.full(len(us), number(kind), np.int64), "event_us": day.start_us + us, **columns}


def _at(hour: float, count: int) -> Ints:
    return int(hour * HOUR_S * SECOND_US) + np.arange(count, dtype=np.int64)


def items(day: Day) -> Rows:
    """Write an item at its launch, or on the first day of the log; again when its price falls."""
    age, before = day.catalogue.age(day.number), day.catalogue.age(day.number - 1)
    falls = (age >= DECLINING) & (before < DECLINING)
    seat = np.flatnonzero((before < 0) | falls) if day.number else np.arange(len(day.catalogue))
    return _rows(
        "item",
        day,
        _at(4, len(seat)),
        item=day.catalogue.number[seat],
        category=day.catalogue.category[seat],
        brand=day.catalogue.brand[seat],
        department=day.catalogue.category[seat] * DEPARTMENTS // CATEGORIES,
        price=day.catalogue.price_on(day.number)[seat],
    )


def users(day: Day) -> Rows:
    """Write a shopper on arrival; the segment says roughly how often they buy."""
    new = day.shoppers.rows(day.arrived)
    segment = np.clip(np.floor((new.base + 2.7) / 0.8), 0, 2).astype(np.int64)
    return _rows("user", day, _at(5, len(new)), user=new.user, segment=segment)


def exposures(day: Day) -> Rows:
    """Write whom a campaign reaches, on its first day."""
    first = campaign(day.number) > 0 and day.number % CAMPAIGN_EVERY == 0
    user = day.shoppers.user[day.reached] if first else np.zeros(0, np.int64)
    return _rows("exposure", day, _at(5.5, len(user)), user=user, campaign=np.full_like(user, campaign(day.number)))


def views(day: Day) -> Rows:
    """Write every look at an item, in the minutes before the visit ends."""
    visit = day.visits.rows(day.looks.visit)
    return _rows(
        "view",
        day,
        visit.us - day.looks.before_s * SECOND_US,
        user=day.shoppers.user[visit.seat],
        session=2 * visit.number,
        item=day.catalogue.number[day.looks.item],
        place=day.shoppers.place[visit.seat],
    )


def orders(day: Day) -> Rows:
    """Write the lines of every basket at its checkout; a coupon lowers the first line."""
    line = day.looks.rows(day.looks.pieces > 0)
    visit = day.visits.rows(line.visit)
    full = day.catalogue.price_on(day.number)[line.item] * line.pieces
    first = np.diff(line.visit, prepend=-1) != 0
    discount = np.where(visit.coupon & first, full // COUPON_SHARE, 0)
    return _rows(
        "order",
        day,
        visit.us,
        user=day.shoppers.user[visit.seat],
        session=2 * visit.number + 1,
        item=day.catalogue.number[line.item],
        place=day.shoppers.place[visit.seat],
        quantity=line.pieces * THOUSANDTHS,
        amount=full - discount,
        discount=discount,
    )


def redeems(day: Day) -> Rows:
    """Write the coupon of each basket that used one."""
    visit = day.visits.rows(day.visits.coupon)
    running = np.full(len(visit), campaign(day.number), np.int64)
    return _rows("redeem", day, visit.us, user=day.shoppers.user[visit.seat], campaign=running, coupon=10 * running + 1)


EMITTERS: Final[tuple[Emitter, ...]] = (items, users, exposures, views, orders, redeems)


def gathered(parts: list[Rows], columns: tuple[str, ...]) -> dict[str, Ints]:
    """Return the rows of all emitters in event-time order, with the named columns."""
    us = np.concatenate([part["event_us"] for part in parts])
    order = np.argsort(us, kind="stable")
    joined = {"event_us": us[order], "kind": np.concatenate([part["kind"] for part in parts])[order]}
    for name in columns:
        held = [part[name] if name in part else np.full(len(part["kind"]), MISSING) for part in parts]
        joined[name] = np.concatenate(held)[order]
    return joined
