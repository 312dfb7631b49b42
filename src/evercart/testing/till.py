"""Till: a simulated shop's payments with a fraud ring that changes its ways, with chargebacks that come late.

Payers have habits, cards, devices, addresses; places are terminals. All is drawn from the seed, a day at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.testing.naming import named
from evercart.testing.payers import Paid, Payers
from evercart.testing.shop import START_US
from evercart.testing.ways import WAYS, Scene
from evercart.units import DAY_S, DAY_US, MISSING, SECOND_US

WEEK_D: Final = 7
PARTIES: Final = ("user", "place", "card", "device", "address")
_WEEKDAYS: Final = np.array([0.95, 0.9, 0.9, 1.0, 1.15, 1.2, 0.9])


@dataclass(frozen=True)
class Till:
    """Payments of so many days, about `a_day` of them a day, a share of them frauds.

    ways       names of `WAYS`, what the ring does in its first week, its second, ...; the last holds for good; more
               than one at a time are joined by +. None: another pair of ways each week, drawn from the seed
    delay_s    from a fraud to its chargeback: least, most, drawn evenly between them

    >>> till = Till(days=3, payers=50, a_day=40)
    >>> till.payments().num_rows > 60
    True
    """

    seed: int = 1
    payers: int = 5_000
    places: int = 400
    days: int = 90
    a_day: int = 3_000
    share: float = 0.01
    ways: tuple[str, ...] | None = None
    delay_s: tuple[float, float] = (7 * DAY_S, 7 * DAY_S)
    start_us: int = START_US

    def __post_init__(self) -> None:
        for name in ("payers", "places", "days", "a_day"):
            require(getattr(self, name) > 0, f"till.{name}", "at least 1", getattr(self, name))
        require(0 <= self.share < 1, "till.share", "from 0 to less than 1", self.share)
        least, most = self.delay_s
        require(0 < least <= most, "till.delay_s", "seconds: the least, more than 0, then the most", self.delay_s)
        if self.ways is not None:
            known = {one for week in self.ways for one in week.split("+")} <= set(WAYS)
            require(known and len(self.ways) > 0, "till.ways", "some of " + " ".join(WAYS), " ".join(self.ways))

    def ways_of(self, day: int) -> tuple[str, ...]:
        """Return what the ring does on a day: never all of what it did in the week before."""
        week = day // WEEK_D
        if self.ways is not None:
            return tuple(self.ways[min(week, len(self.ways) - 1)].split("+"))
        order = np.random.default_rng((self.seed, 4)).permutation(list(WAYS))
        return str(order[week % len(order)]), str(order[(week + 1 + week // len(order)) % len(order)])

    def course(self) -> Iterator[Paid]:
        """Yield each day's payments, frauds among them, in the order of time."""
        rng = np.random.default_rng((self.seed, 0))
        payers = Payers.arriving(rng, np.arange(self.payers), self.places)
        for day in range(self.days):
            start_us = self.start_us + day * DAY_US
            good = payers.paying(rng, start_us, rng.poisson(self.a_day * _WEEKDAYS[day % 7]), self.places)
            yield self._with_frauds(good, Scene(payers, self.seed, day, start_us, self.places))
            payers = payers.moved(rng, self.places)

    def _with_frauds(self, good: Paid, scene: Scene) -> Paid:
        """Return a day's payments; the ring draws apart, so that the good ones do not depend on its ways."""
        rng, ways = np.random.default_rng((self.seed, 5, scene.day)), self.ways_of(scene.day)
        many = rng.poisson(self.share * len(good) / len(ways), len(ways))
        found = [WAYS[way](scene, rng, int(count)) for way, count in zip(ways, many, strict=True) if count]
        joined = Paid.concat([good, *found])
        return joined.rows(np.argsort(joined.us, kind="stable"))

    def paid(self) -> Paid:
        """Return all payments of all days."""
        return Paid.concat(list(self.course()))

    def payments(self) -> pa.Table:
        """Return payments with their labels: a table as `evercart backtest fraud` reads it, see `MAP`."""
        paid = self.paid()
        names = {name: named(name, getattr(paid, name)) for name in PARTIES}
        return pa.table({
            "id": named("id", np.arange(len(paid))),
            "time": pa.array(paid.us, pa.timestamp("us", "UTC")),
            **names,
            "amount": pa.array(paid.amount),
            "fraud": pa.array(paid.fraud),
        })  # fmt: skip

    def events(self) -> pa.Table:
        """Return payments with the chargebacks that came by the end, in `SCHEMA`, in the order of time."""
        paid = self.paid()
        bad = np.flatnonzero(paid.fraud == 1)
        late = self._late_us(len(bad))
        bad, told = _before(bad, paid.us[bad] + late, self.start_us + self.days * DAY_US)
        row, us = np.concatenate([np.arange(len(paid)), bad]), np.concatenate([paid.us, told])
        pays = np.arange(len(us)) < len(paid)
        order = np.lexsort((pays, us))
        row, us, pays = row[order], us[order], pays[order]

        def of_payments(column: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.where(pays, column[row], MISSING)

        return conform(pa.table({
            "id": named("id", 2 * row + ~pays),
            "ref": named("id", np.where(pays, MISSING, 2 * row)),
            "kind": pa.array(np.where(pays, number("payment"), number("chargeback")).astype(np.int16)),
            "event_us": pa.array(us),
            **{name: named(name, of_payments(getattr(paid, name))) for name in PARTIES},
            "amount": pa.array(np.where(pays, paid.amount[row], 0), mask=~pays),
            "currency": pa.array(np.where(pays, "EUR", ""), pa.string(), mask=~pays),
        }))  # fmt: skip

    def _late_us(self, count: int) -> NDArray[np.int64]:
        least, most = self.delay_s
        drawn = np.random.default_rng((self.seed, 6)).uniform(least, most, count)
        late: NDArray[np.int64] = np.round(drawn * SECOND_US).astype(np.int64)
        return late


def _before(rows: NDArray[np.int64], us: NDArray[np.int64], end_us: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return rows[us < end_us], us[us < end_us]
