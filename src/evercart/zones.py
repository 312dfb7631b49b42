"""Local time from the log's UTC microseconds, whole columns at once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.units import MINUTE_S, SECOND_US

_STEP_US = 15 * MINUTE_S * SECOND_US  # no zone has changed its offset off the quarter of an hour since 1990


@cache
def zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(expected("zone", "an IANA time zone such as 'Europe/Paris'", name)) from None


@cache
def _ahead_us(name: str, quarter: int) -> int:
    """Return how far a zone's clock is ahead of UTC in one quarter of an hour."""
    moment = datetime.fromtimestamp(quarter * _STEP_US // SECOND_US, UTC)
    ahead = moment.astimezone(zone(name)).utcoffset()
    return int(ahead.total_seconds()) * SECOND_US if ahead else 0


def local_us(us: NDArray[np.int64], name: str) -> NDArray[np.int64]:
    """Return the reading of a zone's wall clock, in microseconds, (rows,).

    >>> int(local_us(np.array([0]), "Asia/Shanghai")[0]) // 3_600_000_000
    8
    """
    if name == "UTC":
        return us
    quarters, place = np.unique(us // _STEP_US, return_inverse=True)
    ahead = np.array([_ahead_us(name, int(q)) for q in quarters], np.int64)
    return us + ahead[place] if len(us) else us
