"""Times as senders write them, read as microseconds since 1970 in UTC."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evercart.errors import UserError, expected, require
from evercart.events import casts
from evercart.events.casts import Cast

DIGITS: Final = {"s": 6, "ms": 3, "us": 0}  # powers of ten from a count since 1970 to microseconds
_US: Final = pa.timestamp("us")
_ZONED: Final = r"[T ].*(Z|[+-]\d\d(:?\d\d)?)$"
_ISO: Final = r"^\d{4}-\d\d-\d\d([T ]\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def check_zone(where: str, zone: str) -> None:
    """Raise `UserError` unless the zone is known."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(expected(where, 'a time zone such as "UTC" or "Europe/Berlin"', zone)) from None


def micros(column: pa.Array | pa.ChunkedArray, format: str, zone: str, where: str) -> Cast:
    """Return microseconds since 1970, UTC, and which values cannot be read.

    column    timestamps, dates, text or, for the formats "s", "ms" and "us", numbers
    format    "iso", "s", "ms", "us" or a pattern of strptime
    zone      of times that carry none; "" where all do, else `UserError`

    >>> micros(pa.array(["1970-01-01T01:00:00+01:00", "1970-01-01 00:00:01"]), "iso", "UTC", "time").column.to_pylist()
    [0, 1000000]
    """
    column = casts.flat(column)
    if format in DIGITS:
        return casts.scaled(column, DIGITS[format], where)
    if pa.types.is_date(column.type):
        column = column.cast(_US)
    if pa.types.is_timestamp(column.type):
        return Cast(_typed(column, zone, where), np.zeros(len(column), np.bool_))
    require(casts.is_text(column.type) or pa.types.is_null(column.type), where, "times", column.type)
    column = pc.utf8_trim_whitespace(column.cast(pa.string()))
    read = _iso(column, zone, where) if format == "iso" else _pattern(column, format, zone, where)
    return Cast(read, casts.valid(column) & ~casts.valid(read))


def _typed(column: pa.Array, zone: str, where: str) -> pa.Array:
    """Return timestamps as integers; finer units than a microsecond are cut off."""
    us = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return us.cast(pa.int64()) if column.type.tz else _in_zone(us, zone, where)


def _in_zone(naive: pa.Array, zone: str, where: str) -> pa.Array:
    """Return the instants of wall-clock times: the earlier of two, the later edge of a gap."""
    held = naive.drop_null()
    if not zone and len(held):
        raise UserError(expected(where, "times with a zone, or `zone` in [time] for those without", str(held[0])))
    if zone not in ("", "UTC"):
        naive = pc.assume_timezone(naive, zone, ambiguous="earliest", nonexistent="latest")
    return naive.cast(pa.int64())


def _iso(column: pa.Array, zone: str, where: str) -> pa.Array:
    carries = pc.match_substring_regex(column, _ZONED).fill_null(False)
    if pc.any(carries).as_py():
        naive = _stamps(pc.if_else(carries, None, column), None)
        return pc.coalesce(zoned(pc.if_else(carries, column, None)), _in_zone(naive, zone, where))
    return _in_zone(_stamps(column, None), zone, where)


def zoned(column: pa.Array) -> pa.Array:
    """Return the instants of ISO 8601 times that carry their zone, null for what is none."""
    return _stamps(pc.utf8_trim_whitespace(column), "UTC").cast(pa.int64())


def _stamps(column: pa.Array, zone: str | None) -> pa.Array:
    """Return stamps; digits beyond the microsecond are cut off."""
    to = pa.timestamp("us", zone)
    try:
        return column.cast(to)
    except pa.ArrowInvalid:
        cut = pc.replace_substring_regex(column, r"(\.\d{6})\d+", r"\1")
        return casts.lenient(cut, lambda part: part.cast(to), to, _ISO)


def _pattern(column: pa.Array, format: str, zone: str, where: str) -> pa.Array:
    if "%z" in format or "%f" in format:  # what Arrow's parser leaves out
        return _slowly(column, format, zone, where)
    return _in_zone(pc.strptime(column, format=format, unit="us", error_is_null=True), zone, where)


def _slowly(column: pa.Array, format: str, zone: str, where: str) -> pa.Array:
    read = [_one(word, format) for word in column.to_pylist()]
    fixed = [_since(time) if time is not None and time.tzinfo else None for time in read]
    naive = [time if time is not None and not time.tzinfo else None for time in read]
    return pc.coalesce(pa.array(fixed, pa.int64()), _in_zone(pa.array(naive, _US), zone, where))


def _one(word: str | None, format: str) -> datetime | None:
    try:
        return None if word is None else datetime.strptime(word, format)  # noqa: DTZ007 (the zone is told apart)
    except ValueError:
        return None


def _since(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def instant(where: str, word: Any) -> int:
    """Return one stated time, with its zone, as microseconds.

    >>> instant("mapping.time.constant", "2017-01-01T00:00:00Z")
    1483228800000000
    """
    try:
        time = word if isinstance(word, datetime) else datetime.fromisoformat(word)
        require(time.tzinfo is not None, where, "a time with its zone", str(word))
        return _since(time)
    except (ValueError, TypeError):
        raise UserError(expected(where, 'a time such as "2017-01-01T00:00:00Z"', word)) from None
