"""Queue: payments that a reviewer looks at, each with why, each with a verdict of one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pyarrow as pa
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.app import App
from evercart.detecting.coded import Coded
from evercart.errors import expected
from evercart.events.actions import ACTIONS
from evercart.events.currencies import money
from evercart.explaining import reasons_of_payments
from evercart.serve.looking.cases import WHO, Case, Closed, about_payments, cases_of
from evercart.serve.pages.page import Page, Visit
from evercart.serve.problem import Problem, Unknown
from evercart.serve.sent import Sent

if TYPE_CHECKING:
    from evercart.serve.service import Service

ROWS: Final = 20
_WHY: Final = 3  # reasons of a case
_VERDICTS: Final = {"fraud": 1, "good": 0}


async def _queue(visit: Visit) -> Response:
    return await visit.page("queue.html.j2", **await run_in_threadpool(_gathered, visit))


def _gathered(visit: Visit) -> dict[str, Any]:
    app, shop = _app(visit.service), visit.service.shop
    found = cases_of(shop.log, app, ROWS)
    why = reasons_of_payments(shop, app.name, [(case.decision["id"], case.currency) for case in found.first])
    lines = [_line(case) | {"why": _why(visit, why.get(case.decision["id"], ()))} for case in found.first]
    closed = [_line(one.case) | _verdict(one) for one in found.last]
    return {
        "app": app.name,
        "lines": lines,
        "open": found.open,
        "closed": closed,
        "closed_count": found.closed,
        "cut": found.cut,
        "acts": app.acts is not None,
    }


def _line(case: Case) -> dict[str, Any]:
    row = case.decision
    about = [(key, row[key]) for key in ("user", "place", "card", "device", "address") if row[key] is not None]
    return {
        "row": row,
        "payment": case.payment,
        "about": about,
        "amount": money(row["amount"], case.currency),
        "loss": money(round(case.loss), case.currency),
        "action": None if row["action"] is None else ACTIONS[row["action"]],
    }


def _verdict(one: Closed) -> dict[str, Any]:
    return {"us": one.us, "verdict": "fraud" if one.fraud else "good", "kind": one.kind, "who": one.who}


def _why(visit: Visit, reasons: tuple[Coded, ...]) -> list[tuple[str, str, float]]:
    """Return what speaks for fraud most: codes, sentences, how much."""
    return [(one.code, one.told(visit.words), one.weight) for one in reasons if one.weight > 0][:_WHY]


async def _resolve(visit: Visit) -> Response:
    """Log what a reviewer found."""
    payment, verdict = visit.form.get("payment", ""), visit.form.get("verdict", "")
    if verdict not in _VERDICTS:
        raise Problem(expected("verdict", "one of " + " ".join(_VERDICTS), verdict))
    shop = visit.service.shop
    stands = payment and payment.isprintable() and shop.log.find(pa.chunked_array([[payment]], pa.string()))[0] >= 0
    if not stands:
        raise Unknown(expected("payment", "the id of one in the log", payment))
    event: dict[str, Any] = {"kind": "resolved", "id": uuid4().hex, "ref": payment, "fraud": _VERDICTS[verdict]}
    event["properties"] = {WHO: visit.caller.name}
    sent = Sent([(1, event | {"event_us": shop.clock.now_us()})], None, 1)
    taken = await visit.service.intake.take(sent)
    if taken.refused:
        raise Problem(taken.refused[0].error)
    return visit.go("/queue", f"found_{verdict}")


def _app(service: Service) -> App:
    found = next((app for app in service.shop.apps if about_payments(app)), None)
    if found is None:
        raise Unknown(expected("queue", "a shop with an app that is asked before payments", "none"))
    return found


PAGES: Final = (
    Page("GET", "/queue", "read", _queue),
    Page("POST", "/queue", "operate", _resolve),
)
