"""Cases: payments that were decided about live, open ones first by what they would lose, then closed ones."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

import numpy as np

from evercart.app import App
from evercart.asks.weave import DECISION
from evercart.events.batch import Events
from evercart.events.kinds import kind_name
from evercart.events.kinds import number as kind_number
from evercart.hashing import U64, hash_name
from evercart.log import Log
from evercart.serve.looking.finding import Row
from evercart.units import MISSING

WHO: Final = "reviewer"  # the property of a verdict that names who gave it
MOST_READ: Final = 1 << 20  # rows of the log, from its end, in which cases are looked for
_COLUMNS: Final = ("id", "ref", "app", "amount", "guess")


class Case(NamedTuple):
    """A payment that was decided about live, made, and not yet answered.

    decision  its row
    payment   its id
    currency  of it; None where that is not told
    loss      expected: chance times amount, in minor units
    """

    decision: Row
    payment: str
    currency: str | None
    loss: float


class Closed(NamedTuple):
    """A case of which it is known what came.

    us       when that was logged
    fraud    whether it was fraud
    kind     of the row that says so
    who      the reviewer's key; "" where none is named
    """

    case: Case
    us: int
    fraud: bool
    kind: str
    who: str


class Cases(NamedTuple):
    """The first open cases, `open` there are; those closed last, `closed` there are.

    cut    whether older rows of the log were not looked at
    """

    first: tuple[Case, ...]
    open: int
    cut: bool
    last: tuple[Closed, ...] = ()
    closed: int = 0


def about_payments(app: App) -> bool:
    """Return whether an app is asked before payments, which name its decisions."""
    return app.asks.kind == "payment" and app.answers[0].by == "ref"


def cases_of(log: Log, app: App, most: int = 20, read: int = MOST_READ) -> Cases:
    """Return the cases of an app; read within the last `read` rows of the log."""
    end = log.next_offset
    start = max(0, end - read)
    answers = [kind_number(one.kind) for one in app.answers]
    pays = kind_number(app.asks.kind)
    parts = list(log.read(start, end, columns=_COLUMNS, kinds=(DECISION, pays, *answers)))
    if not parts:
        return Cases((), 0, start > 0)
    rows = Events.concat(parts)
    asked = rows.rows((rows.kind == DECISION) & (rows["app"] == U64(hash_name(app.name, log.key))))
    asked = asked.rows(np.isfinite(asked["guess"]) & (asked["amount"] != MISSING))
    paid, told = rows.rows((rows.kind == pays) & (rows["ref"] != 0)), rows.rows(np.isin(rows.kind, answers))
    last, closed = _closed(log, asked, paid, told, most)
    paid = _open(paid, told)
    _, of, by = np.intersect1d(asked["id"], paid["ref"], return_indices=True)
    loss = asked["guess"][of] * asked["amount"][of]
    order = np.argsort(-loss, kind="stable")[:most]
    first = [_case(log, int(asked.offset[of[at]]), int(paid.offset[by[at]]), float(loss[at])) for at in order]
    return Cases(tuple(first), len(loss), start > 0, last, closed)


def _open(paid: Events, told: Events) -> Events:
    """Return the payments of which nothing was heard, by their own name or that of their decision."""
    heard = told["ref"]
    return paid.rows((paid["id"] != 0) & ~np.isin(paid["id"], heard) & ~np.isin(paid["ref"], heard))


def _closed(log: Log, asked: Events, paid: Events, told: Events, most: int) -> tuple[tuple[Closed, ...], int]:
    """Return the cases closed last, each by its last answer, the newest first; how many there are."""
    decision = dict(zip(asked["id"].tolist(), range(len(asked)), strict=True))
    payment = dict(zip((decided := paid["ref"].tolist()), range(len(paid)), strict=True))
    own = dict(zip(paid["id"].tolist(), decided, strict=True))
    last = dict[int, int]()
    for at, ref in enumerate(told["ref"].tolist()):
        of = own.get(ref, ref)
        if of in decision and of in payment:
            last.pop(of, None)
            last[of] = at  # at the end: it is the newest now
    first = list(last.items())[: -most - 1 : -1]
    return tuple(_told(log, asked, paid, told, (decision[of], payment[of], at)) for of, at in first), len(last)


def _told(log: Log, asked: Events, paid: Events, told: Events, at: tuple[int, int, int]) -> Closed:
    of, by, answer = at
    offset = int(told.offset[answer])
    (row,) = log.names(offset, offset + 1).to_pylist()
    loss = float(asked["guess"][of] * asked["amount"][of])
    case = _case(log, int(asked.offset[of]), int(paid.offset[by]), loss)
    who = _object(row["properties"]).get(WHO, "")
    return Closed(
        case, row["logged_us"], row["fraud"] != 0, kind_name(row["kind"]), who if isinstance(who, str) else ""
    )


def _object(text: str | None) -> Row:
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _case(log: Log, asked: int, paid: int, loss: float) -> Case:
    (decision,) = log.names(asked, asked + 1).to_pylist()
    (payment,) = log.names(paid, paid + 1).to_pylist()
    return Case(decision, payment["id"], payment["currency"], loss)
