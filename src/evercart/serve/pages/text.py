"""Text: numbers, times, ages as a person reads them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Final

from evercart.serve.pages.language import Words
from evercart.units import DAY_S, HOUR_S, MINUTE_S, SECOND_US
from evercart.zones import zone

DASH: Final = "–"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS: Final = (("second", 1, 90), ("minute", MINUTE_S, 90 * MINUTE_S), ("hour", HOUR_S, 2 * DAY_S))


def number(value: float | None) -> str:
    """Return a number in four digits; a dash where there is none.

    >>> [number(value) for value in (0.51234567, 12345.6, 7, float("nan"), None)]
    ['0.5123', '12,346', '7', '–', '–']
    """
    if value is None or not math.isfinite(value):
        return DASH
    if isinstance(value, int):
        return f"{value:,}"
    if value and abs(value) < 1e-3:
        return f"{value:.2e}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:#,.4g}"


def count(value: float) -> str:
    """Return a whole number with its thousands set apart.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,.0f}"


def rate(value: float | None) -> str:
    """Return how many a second.

    >>> rate(3.14159), rate(480.2), rate(None)
    ('3.1', '480', '–')
    """
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def percent(value: float | None, signed: bool = True) -> str:
    """Return a share, given in hundredths, with its sign.

    >>> percent(0.5234), percent(-12.0), percent(None)
    ('+0.52 %', '-12 %', '–')
    """
    if value is None or not math.isfinite(value):
        return DASH
    digits = f"{value:+.2f}" if abs(value) < 10 else f"{value:+.0f}"
    return f"{digits if signed else digits.lstrip('+-')} %"


def moment(us: int, time_zone: str) -> datetime:
    """Return a moment in a zone.

    >>> moment(0, "Asia/Shanghai").isoformat()
    '1970-01-01T08:00:00+08:00'
    """
    return (_EPOCH + timedelta(microseconds=us)).astimezone(zone(time_zone))


def when(us: int, time_zone: str) -> str:
    """Return a moment to the second, in a zone.

    >>> when(90_000_000, "UTC")
    '1970-01-01 00:01:30'
    """
    return moment(us, time_zone).strftime("%Y-%m-%d %H:%M:%S")


def age(us: float | None, words: Words) -> str:
    """Return how long something took, or how old it is, in its largest unit.

    >>> from evercart.serve.pages.language import languages
    >>> [age(us, languages()["en"]) for us in (2.5e6, 600e6, 86_400e6 * 3, None)]
    ['2.5 s', '10 min', '3 days', '–']
    """
    if us is None:
        return DASH
    seconds = max(0.0, us / SECOND_US)
    for unit, length, most in _STEPS:
        if seconds < most:
            value = seconds / length
            return words(f"unit.{unit}", n=f"{value:.1f}" if value < 10 and unit == "second" else f"{value:.0f}")
    return words("unit.day", n=f"{seconds / DAY_S:,.0f}")


def small(value: float) -> str:
    """Return a number in two digits.

    >>> small(0.0534), small(12.34), small(1234.5)
    ('0.053', '12', '1,234')
    """
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def size(octets: float) -> str:
    """Return a size in kB or MB.

    >>> size(1_234_567), size(2_345)
    ('1.2 MB', '2.3 kB')
    """
    return f"{octets / 1e6:,.1f} MB" if octets >= 1e6 else f"{octets / 1e3:,.1f} kB"
