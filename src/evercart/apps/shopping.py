"""Shopping: what a shopper's baskets say at the end of one of them.

Half-lives are in days, paces in a week. A visit is a basket, a day is what lies within eight hours; edges and
knots lie on logarithms, as a grid from one in ten weeks to ten a week, so that they fit a grocer's shoppers
and a florist's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from evercart.asks.session import SessionEnd
from evercart.evaluate.slices import Buckets
from evercart.features import (
    Bucket,
    Column,
    DayOfWeek,
    Decayed,
    Feature,
    Hashed,
    Latest,
    Minus,
    Number,
    Pace,
    Ratio,
    Recency,
    Table,
    chosen,
)
from evercart.units import DAY_S, HOUR_S

KEEP_S: Final = 182 * DAY_S  # a shopper is forgotten half a year after the last row
_PRIOR_S: Final = 84 * HOUR_S
_RARE: Final = 0.03  # visits a week; who comes more rarely comes hardly at all
_NIGHT_S: Final = 8 * HOUR_S


def evenly(low: float, high: float, steps: int) -> tuple[float, ...]:
    """Return `steps` + 1 values at even distances.

    >>> evenly(0, 1, 4)
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    return tuple(round(low + (high - low) * step / steps, 6) for step in range(steps + 1))


@dataclass(frozen=True)
class Shopper:
    """The measures of one shopper that features are made of.

    kind     of the rows that are lines of baskets
    gap_s    between the rows of one basket, at most; 0 where its lines share one time
    """

    kind: str = "order"
    gap_s: int = 0

    def count(self, days: int) -> Decayed:
        """Return visits, fading."""
        return Decayed(self.kind, None, days * DAY_S, gap_s=self.gap_s)

    def visits(self, days: int) -> Number:
        """Return the logarithm of the visits a week, fading."""
        return Pace(self.count(days), _PRIOR_S).log(_RARE)

    def days(self, days: int) -> Number:
        """Return the logarithm of the days a week with a visit, fading."""
        return Pace(Decayed(self.kind, None, days * DAY_S, gap_s=max(_NIGHT_S, self.gap_s)), _PRIOR_S).log(_RARE)

    def money(self, days: int) -> Number:
        """Return what is paid a week, fading."""
        return Pace(Decayed(self.kind, "amount", days * DAY_S), _PRIOR_S)

    def change(self, of: str, lately: int, before: int) -> Number:
        """Return how a measure moved: with the shorter half-life, less with the longer one."""
        return Minus(getattr(self, of)(lately), getattr(self, of)(before))

    def ago(self, visits: int, most_d: int) -> Number:
        """Return the days since the visit so many before the last one."""
        return Recency(self.kind, back=visits, gap_s=self.gap_s).scaled(1 / DAY_S).clip(0, most_d)

    @property
    def paid(self) -> Number:
        """Return what this basket cost."""
        return Latest(self.kind, "amount", self.gap_s)

    @property
    def lines(self) -> Number:
        """Return how many lines this basket has."""
        return Latest(self.kind, None, self.gap_s)

    @property
    def usual(self) -> Number:
        """Return what a basket of this shopper costs."""
        return Ratio(Decayed(self.kind, "amount", 112 * DAY_S), self.count(112))

    def bucket(self, of: Number, low: float, high: float) -> Bucket:
        """Return a number on a logarithmic scale as one of 14 slots."""
        return of.bucket(evenly(low, high, 12))

    def slices(self, columns: tuple[Column, ...], table: str) -> Buckets:
        """Return the questions by how often the shopper came of late, for scores of their own."""
        (place,) = chosen(columns, [f"{table}.{self.visits(14).name}"])
        edges = tuple(math.log(visits + _RARE) for visits in (0.5, 1.0, 2.0))
        names = ("comes less than every two weeks", "every one to two weeks", "once or twice a week", "more often")
        return Buckets(place, edges, names)

    def table(self, name: str, features: tuple[Feature, ...]) -> Table:
        """Return a table of shoppers."""
        return Table(name, ("user",), features, keep_s=KEEP_S)

    def ended(self) -> SessionEnd:
        """Return when to ask: a basket has ended; where baskets have no name, the shopper's visit."""
        return SessionEnd(self.kind, gap_s=self.gap_s, carries=("user", "place"), unnamed="user")


def asked(zone: str) -> Table:
    """Return what the question itself says: who, where, on which day."""
    return Table("asked", (), (Hashed(("user",), 1 << 16), Hashed(("place",), 1 << 12), DayOfWeek(zone)))
