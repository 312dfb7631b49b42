"""Visits: a simulated day as what a shop's site would say to the service, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pyarrow as pa

from evercart.events.kinds import kind_name
from evercart.testing.naming import NAMES

Event = dict[str, Any]
_SESSION: Final = len(NAMES["session"])


class Arrival(NamedTuple):
    """Somebody begins to look round: something may be recommended."""

    visit: int
    user: str
    session: str


class Checkout(NamedTuple):
    """Somebody has paid: will they be back?"""

    visit: int
    user: str
    session: str
    items: tuple[str, ...]


class Left(NamedTuple):
    """Somebody has gone without buying."""

    visit: int


class Moment(NamedTuple):
    """What the site says at a moment of the simulation: that something happened, or that it wants an answer."""

    us: int
    said: Event | Arrival | Checkout | Left


def visit_of(session: str) -> int:
    """Return which visit a session belongs to: its looks are one session, its basket is the next.

    >>> visit_of("s14"), visit_of("s15")
    (7, 7)
    """
    return int(session[_SESSION:]) // 2


def events_of(table: pa.Table) -> list[Event]:
    """Return rows as they are sent: without what is missing, kinds by name."""
    events = []
    for row in table.to_pylist():
        event = {name: value for name, value in row.items() if value is not None}
        event["kind"] = kind_name(row["kind"])
        events.append(event)
    return events


def moments(table: pa.Table) -> Iterator[Moment]:
    """Hand out a day's moments; an arrival follows its first look, a checkout its last line.

    table    rows of whole visits, in order of event time
    """
    events = events_of(table)
    last: dict[int, int] = {}  # the row that ends a visit
    for place, event in enumerate(events):
        if "session" in event:
            last[visit_of(event["session"])] = place
    here: set[int] = set()
    bought: dict[int, list[str]] = {}
    for place, event in enumerate(events):
        us = event["event_us"]
        yield Moment(us, event)
        if "session" not in event:
            continue
        visit = visit_of(event["session"])
        if event["kind"] == "order":
            bought.setdefault(visit, []).append(event["item"])
        if visit not in here:
            here.add(visit)
            yield Moment(us, Arrival(visit, event["user"], event["session"]))
        if last[visit] == place:
            if visit in bought:
                yield Moment(us, Checkout(visit, event["user"], event["session"], tuple(bought[visit])))
            else:
                yield Moment(us, Left(visit))
