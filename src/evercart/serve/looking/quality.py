"""Quality: how whole, how punctual the newest events of each kind are."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import KINDS, TOMBSTONE, Kind, kind_name
from evercart.log import Log
from evercart.units import HOUR_S, SECOND_US

ROWS: Final = 100_000
_MONEY: Final = ("amount", "price")
_OWN: Final = {kind.number for kind in KINDS if kind.own} | {TOMBSTONE}


class Missing(NamedTuple):
    """A column that rows of a kind may carry, with the share of them that do not."""

    column: str
    share: float


class Quality(NamedTuple):
    """The newest rows of one kind.

    rows       how many were looked at
    delay_us   from event to log, median, 95th percentile; NaN where the log is not live
    missing    columns, those that are missing most first; those that are always there are left out
    """

    kind: str
    rows: int
    delay_us: tuple[float, float]
    missing: tuple[Missing, ...]


class Newest(NamedTuple):
    """What was found.

    rows       that were looked at
    last_hour  of log time: how many came in it
    kinds      those that came most first
    """

    rows: int
    last_hour: int
    kinds: tuple[Quality, ...]


def quality(log: Log, rows: int = ROWS) -> Newest:
    """Return the quality of the newest rows that came from outside."""
    stop = log.next_offset
    start = max(0, stop - rows)
    live = log.live_from
    kinds = {kind.number: kind for kind in KINDS}
    columns = tuple(dict.fromkeys(name for kind in KINDS if not kind.own for name in _carried(kind)))
    parts = list(log.read(start, stop, columns=columns))
    if not parts:
        return Newest(0, 0, ())
    events = Events.concat(parts)
    last_hour = int(np.count_nonzero(events.logged_us > log.last_us - HOUR_S * SECOND_US))
    found = [
        _of(kinds[number], events.rows(events.kind == number), live)
        for number in np.unique(events.kind).tolist()
        if number not in _OWN
    ]
    return Newest(len(events), last_hour, tuple(sorted(found, key=lambda one: -one.rows)))


def _carried(kind: Kind) -> tuple[str, ...]:
    """Return the columns of numbers that rows of a kind may carry."""
    named = (*kind.needs, "user", "session", "place", *(one.name for one in kind.properties))
    money = [name for name in named if name in _MONEY]
    return tuple(dict.fromkeys(name for name in (*named, *(["currency"] if money else [])) if name in DTYPES))


def _of(kind: Kind, events: Events, live: int | None) -> Quality:
    lacking = [Missing(name, float(_gaps(events[name], name).mean())) for name in _carried(kind)]
    meant = {*kind.needs, "currency", *(one.name for one in kind.properties)}
    lacking = [one for one in lacking if one.column in meant or one.share < 1]  # what no row has was not meant to come
    lacking = sorted((one for one in lacking if one.share > 0), key=lambda one: -one.share)
    late = events.rows(events.offset >= live) if live is not None else events.rows(slice(0))
    delay = late.logged_us - late.event_us
    known = (float(np.median(delay)), float(np.quantile(delay, 0.95))) if len(delay) else (np.nan, np.nan)
    return Quality(kind_name(kind.number), len(events), known, tuple(lacking))


def _gaps(values: NDArray[np.generic], name: str) -> NDArray[np.bool_]:
    gap = missing(name)
    found: NDArray[np.bool_] = np.isnan(values) if gap != gap else values == gap
    return found
