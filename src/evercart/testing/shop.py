"""A small simulated shop whose truth is known.

Shoppers come, drift, leave; items are launched, decline, end; campaigns bring people back. What each
does is drawn from the seed, so a run can be repeated to the last event. How likely it was is known exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import PROPERTIES
from evercart.events.schema import conform
from evercart.testing.catalogue import CATEGORIES, Catalogue, chosen
from evercart.testing.emitters import EMITTERS, Day, Emitter, Ints, Looks, Rows, Visits, gathered
from evercart.testing.naming import NAMES, hashed, named
from evercart.testing.shoppers import LEAVING, Shoppers, buying, campaign, reached, returning, time_of_day
from evercart.units import DAY_US, MISSING

START_US: Final = 1_672_617_600_000_000  # Monday 2 January 2023, midnight UTC
EURO: Final = 978  # ISO 4217
MOST_LOOKS: Final = 30
BROWSING: Final = 0.5  # visits that buy nothing, for each that buys
REDEEMING: Final = 0.3  # share of baskets with a coupon, among the reached
SPREAD: Final = 0.35  # radians around a shopper's taste
_INTEGERS: Final = ("quantity", "amount", *(p.name for p in PROPERTIES.values() if p.type in ("integer", "money")))
KEYED: Final = ("user", "session", "item", "place", "quantity", "amount")


class _Now(NamedTuple):
    """What the simulation carries from one day to the next."""

    shoppers: Shoppers
    catalogue: Catalogue
    next_user: int
    next_item: int
    next_visit: int


@dataclass(frozen=True)
class SimulatedShop:
    """A shop in euros with stated numbers of shoppers, of items on sale and of days.

    >>> shop = SimulatedShop(seed=1, shoppers=20, items=30, days=3)
    >>> shop.table().num_rows > 50
    True
    """

    seed: int = 1
    shoppers: int = 1_000
    items: int = 500
    days: int = 90
    start_us: int = START_US
    emitters: Sequence[Emitter] = EMITTERS

    def __post_init__(self) -> None:
        require(self.shoppers > 0, "shoppers", "at least 1", self.shoppers)
        require(self.items >= CATEGORIES, "items", f"at least {CATEGORIES}, one a category", self.items)
        require(self.days > 0, "days", "at least 1", self.days)

    def events(self) -> Iterator[pa.Table]:
        """Hand out one table a day in `SCHEMA`, in event-time order, holding no more than a day."""
        first = 0
        for day in self._course():
            if day.number == self.days:
                return
            table = self._table(self._written(day, tuple(NAMES) + _INTEGERS), first)
            first += table.num_rows
            yield table

    def table(self) -> pa.Table:
        """Return all events of all days at once."""
        return pa.concat_tables(self.events())

    def stream(self, rows: int, batch: int = 1 << 16, key: int = 1, columns: Sequence[str] = KEYED) -> Iterator[Events]:
        """Hand out the first `rows` events as a log with this hash key would, whatever `days` says.

        Log time is event time, and offsets count from 0.
        """
        held: list[Events] = []
        waiting = offset = 0
        for day in self._course():
            written = self._written(day, tuple(n for n in columns if n in NAMES or n in _INTEGERS))
            held.append(self._hashed(written, key, columns, offset).rows(slice(0, rows - offset)))
            waiting, offset = waiting + len(held[-1]), offset + len(held[-1])
            if waiting >= batch or offset == rows:
                whole = Events.concat(held)
                stop = waiting if offset == rows else waiting - waiting % batch
                yield from (whole.rows(slice(at, min(at + batch, stop))) for at in range(0, stop, batch))
                held, waiting = [whole.rows(slice(stop, None))], waiting - stop
            if offset == rows:
                return

    def truth(self, within_days: int = 7) -> Iterator[pa.Table]:
        """Hand out one table a day: session, user, event_us of each basket, and the true chance of a return.

        `returns` is the chance that the shopper's next basket comes within `within_days` times 24 hours.
        """
        for day in self._course():
            if day.number == self.days:
                return
            visit = day.visits.rows(day.visits.buys)
            buyers = day.shoppers.rows(visit.seat)
            yield pa.table(
                {
                    "session": named("session", 2 * visit.number + 1),
                    "user": named("user", buyers.user),
                    "event_us": day.start_us + visit.us,
                    "returns": returning(self.seed, buyers, day.number, visit.us, within_days),
                }
            )

    def _course(self) -> Iterator[Day]:
        """Turn day after day, without an end."""
        now = self._opening()
        number = 0
        while True:
            now, arrived = self._morning(now, number)
            visits, looks = self._visits(now, number)
            reach = reached(self.seed, now.shoppers, campaign(number))
            start_us = self.start_us + number * DAY_US
            yield Day(number, start_us, now.shoppers, arrived, reach, now.catalogue, visits, looks)
            now.shoppers.last[visits.seat[visits.buys]] = number
            now = now._replace(next_visit=now.next_visit + len(visits))
            number += 1

    def _opening(self) -> _Now:
        shoppers = Shoppers.arriving(self.seed, np.arange(self.shoppers, dtype=np.int64), 0)
        return _Now(shoppers, Catalogue.opening(self.seed, self.items), self.shoppers, self.items, 0)

    def _morning(self, now: _Now, day: int) -> tuple[_Now, NDArray[np.bool_]]:
        """Let shoppers leave, others take their seats, items end."""
        if day == 0:
            return now, np.ones(self.shoppers, np.bool_)
        gone = self._drawn(day, self.shoppers, "leave") < LEAVING
        new = Shoppers.arriving(self.seed, now.next_user + np.arange(gone.sum()), day)
        catalogue = now.catalogue.renewed(self.seed, day, now.next_item)
        launched = int((catalogue.launched == day).sum())
        return _Now(
            now.shoppers.replaced(gone, new),
            catalogue,
            now.next_user + len(new),
            now.next_item + launched,
            now.next_visit,
        ), gone

    def _visits(self, now: _Now, day: int) -> tuple[Visits, Looks]:
        chance = buying(self.seed, now.shoppers, day)
        drawn = self._drawn(day, self.shoppers, "visit")
        seat = np.flatnonzero(drawn < chance * (1 + BROWSING))
        number = now.next_visit + np.arange(len(seat))
        buys = drawn[seat] < chance[seat]
        reach = reached(self.seed, now.shoppers.rows(seat), campaign(day))
        coupon = buys & reach & (uniform(self.seed, number, "visit/coupon") < REDEEMING)
        visits = Visits(seat, number, time_of_day(uniform(self.seed, number, "visit/hour")), buys, coupon)
        return visits, self._looks(now, day, visits)

    def _looks(self, now: _Now, day: int, visits: Visits) -> Looks:
        """Draw what each visit looks at; the first look of one that buys is bought, the others half the time."""
        further = -np.log1p(-uniform(self.seed, visits.number, "visit/looks")) * 3
        count = 1 + np.minimum(further.astype(np.int64), MOST_LOOKS - 1)
        visit = np.repeat(np.arange(len(visits)), count)
        place = np.arange(len(visit)) - np.repeat(np.cumsum(count) - count, count)
        look = visits.number[visit] * MOST_LOOKS + place
        bought = visits.buys[visit] & ((place == 0) | (uniform(self.seed, look, "look/buy") < 0.5))
        pieces = 1 + (uniform(self.seed, look, "look/pieces") < 0.2) + (uniform(self.seed, look, "look/more") < 0.05)
        item = chosen(now.catalogue, day, self._categories(now, day, visits.seat[visit], look), self._at(look, "item"))
        return Looks(visit, (count[visit] - place) * 20, item, np.where(bought, pieces, 0))

    def _categories(self, now: _Now, day: int, seat: Ints, look: Ints) -> Ints:
        """Draw a category near each shopper's taste, on the circle of categories."""
        drawn = np.clip(self._at(look, "category"), 1e-12, 1 - 1e-12)
        taste = now.shoppers.taste[seat] + now.shoppers.speed[seat] * day
        angle = taste + SPREAD * np.log(drawn / (1 - drawn))
        return np.floor(angle * (CATEGORIES / (2 * np.pi))).astype(np.int64) % CATEGORIES

    def _drawn(self, day: int, seats: int, purpose: str) -> NDArray[np.float64]:
        return uniform(self.seed, (day << 32) + np.arange(seats), f"day/{purpose}")

    def _at(self, look: Ints, purpose: str) -> NDArray[np.float64]:
        return uniform(self.seed, look, f"look/{purpose}")

    def _written(self, day: Day, columns: tuple[str, ...]) -> Rows:
        return gathered([emit(day) for emit in self.emitters], columns)

    def _table(self, rows: Rows, first: int) -> pa.Table:
        """Return a day's rows in `SCHEMA`; the ids count the events."""
        count = len(rows["kind"])
        rows = {**rows, "id": first + np.arange(count)}
        columns = {name: named(name, rows[name]) for name in NAMES}
        columns |= {name: pa.array(rows[name], mask=rows[name] == MISSING) for name in _INTEGERS}
        money = (rows["amount"] != MISSING) | (rows["price"] != MISSING)
        columns |= {"currency": pa.array(np.where(money, "EUR", ""), pa.string(), mask=~money)}
        columns |= {"event_us": pa.array(rows["event_us"]), "kind": pa.array(rows["kind"].astype(np.int16))}
        return conform(pa.table(columns))

    def _hashed(self, rows: Rows, key: int, columns: Sequence[str], first: int) -> Events:
        """Return the rows as they stand right of a log."""
        out: dict[str, NDArray[Any]] = {
            "offset": first + np.arange(len(rows["kind"])),
            "event_us": rows["event_us"],
            "logged_us": rows["event_us"],
            "kind": rows["kind"].astype(np.int16),
        }
        for name in columns:
            if name in NAMES:
                out[name] = hashed(name, rows[name], key)
            elif name in _INTEGERS:
                out[name] = rows[name]
            else:
                out[name] = np.full(len(out["kind"]), EURO if name == "currency" else missing(name), DTYPES[name])
        return Events(out)
