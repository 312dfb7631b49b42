"""Calendar: the hour or the day of a question, on the clock on the wall of a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.features.columns import Column
from evercart.features.needs import Need
from evercart.features.seen import Seen
from evercart.units import DAY_US

Form = Literal["slots", "circle"]
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MONDAY: Final = 3 * DAY_US  # the epoch was a Thursday


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(expected("zone", "a name of the IANA time zone database", name)) from None


def _ahead(zone: tzinfo, when: datetime) -> timedelta:
    return when.astimezone(zone).utcoffset() or timedelta(0)


def _change(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """Return the first second of the new offset, which lies in (low, high]."""
    before = _ahead(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        low, high = (middle, high) if _ahead(zone, middle) == before else (low, middle)
    return high


@lru_cache
def _changes(name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when the zone's offset changes, from 1970 to 2100, with the offset from then on, in microseconds."""
    zone, day = _zone(name), timedelta(days=1)
    at, starts, ahead = _FIRST, [_FIRST], [_ahead(zone, _FIRST)]
    while at < _LAST:
        if _ahead(zone, at + day) != ahead[-1]:
            starts.append(_change(zone, at, at + day))
            ahead.append(_ahead(zone, at + day))
        at += day
    microsecond = timedelta(microseconds=1)
    return (
        np.array([(start - _FIRST) // microsecond for start in starts], np.int64),
        np.array([offset // microsecond for offset in ahead], np.int64),
    )


def local_us(us: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return what the wall clock shows, as microseconds, where UTC is `us`; right across daylight saving.

    >>> int(local_us(np.array([0]), "Asia/Shanghai")[0]) // 3_600_000_000
    8
    """
    starts, ahead = _changes(zone)
    which = np.maximum(np.searchsorted(starts, us, side="right") - 1, 0)
    return np.asarray(us + ahead[which], np.int64)


@dataclass(frozen=True)
class _Cycle:
    """A place on a cycle of the wall clock.

    form    "slots": the whole step the clock is in; "circle": sine, cosine of the exact place
    """

    zone: str = "UTC"
    form: Form = "slots"

    name: ClassVar[str]
    steps: ClassVar[int]
    period_us: ClassVar[int]

    def __post_init__(self) -> None:
        _zone(self.zone)
        require(self.form in ("slots", "circle"), f"{self.name}.form", "slots or circle", self.form)

    @property
    def outputs(self) -> tuple[Column, ...]:
        """Return a slot column, or two numbers."""
        if self.form == "slots":
            return (Column(self.name, slots=self.steps),)
        return (Column(f"{self.name}_sin"), Column(f"{self.name}_cos"))

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return nothing: the question says it all."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Return nothing: every batch carries the clock."""
        return ()

    def values(self, seen: Seen) -> tuple[NDArray[Any], ...]:
        """Return where on the cycle each question stands."""
        place = (local_us(seen.asked.logged_us, self.zone) + _MONDAY) % self.period_us
        if self.form == "slots":
            return (place // (self.period_us // self.steps),)
        turn = place * (2.0 * np.pi / self.period_us)
        return (np.sin(turn), np.cos(turn))


@dataclass(frozen=True)
class HourOfDay(_Cycle):
    """The hour, slots 0 to 23.

    >>> HourOfDay("Europe/Berlin").outputs[0].slots
    24
    """

    name = "hour_of_day"
    steps = 24
    period_us = DAY_US


@dataclass(frozen=True)
class DayOfWeek(_Cycle):
    """The day, slots 0 (Monday) to 6."""

    name = "day_of_week"
    steps = 7
    period_us = 7 * DAY_US


@dataclass(frozen=True)
class HourOfWeek(_Cycle):
    """The hour since Monday 0:00, slots 0 to 167."""

    name = "hour_of_week"
    steps = 168
    period_us = 7 * DAY_US
