"""Cases: payments of which nothing is known yet, those first that would lose most."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.app import App
from evercart.asks.weave import DECISION
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.hashing import U64, hash_name
from evercart.log import Log
from evercart.serve.looking.finding import Row
from evercart.units import MISSING

MOST_READ: Final = 1 << 20  # rows of the log, from its end, in which cases are looked for
_COLUMNS: Final = ("id", "ref", "app", "amount", "guess")


class Case(NamedTuple):
    """A payment that was decided about live, made, and not yet answered.

    decision  its row
    payment   its id
    loss      expected: chance times amount, in minor units
    """

    decision: Row
    payment: str
    loss: float


class Cases(NamedTuple):
    """The first cases; `open` of them there are, `cut` tells whether older rows of the log were not looked at."""

    first: tuple[Case, ...]
    open: int
    cut: bool


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
    paid = _open(rows, rows.kind == pays, np.isin(rows.kind, answers))
    _, of, by = np.intersect1d(asked["id"], paid["ref"], return_indices=True)
    loss = asked["guess"][of] * asked["amount"][of]
    order = np.argsort(-loss, kind="stable")[:most]
    first = [_case(log, int(asked.offset[of[at]]), int(paid.offset[by[at]]), float(loss[at])) for at in order]
    return Cases(tuple(first), len(loss), start > 0)


def _open(rows: Events, pays: NDArray[np.bool_], answers: NDArray[np.bool_]) -> Events:
    """Return the payments of which nothing was heard, by their own name or that of their decision."""
    heard = rows["ref"][answers]
    named = pays & (rows["ref"] != 0) & (rows["id"] != 0)
    return rows.rows(named & ~np.isin(rows["id"], heard) & ~np.isin(rows["ref"], heard))


def _case(log: Log, asked: int, paid: int, loss: float) -> Case:
    (decision,) = log.names(asked, asked + 1).to_pylist()
    (payment,) = log.names(paid, paid + 1).to_pylist()
    return Case(decision, payment["id"], loss)
