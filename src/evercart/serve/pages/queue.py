"""Queue: payments that a reviewer looks at, each with why, each with a verdict of one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pyarrow as pa
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.app import App
from evercart.errors import UserError, expected
from evercart.explaining import reasons
from evercart.serve.looking.cases import Case, about_payments, cases_of
from evercart.serve.pages.column_words import column_words
from evercart.serve.pages.page import Page, Visit
from evercart.serve.problem import Problem, Unknown
from evercart.serve.sent import Sent

if TYPE_CHECKING:
    from evercart.serve.service import Service

ROWS: Final = 20
_WHY: Final = 3  # reasons of a case
_VERDICTS: Final = {"fraud": 1, "good": 0}
_MINOR: Final = 100  # minor units of one of money


async def _queue(visit: Visit) -> Response:
    return await visit.page("queue.html.j2", **await run_in_threadpool(_gathered, visit))


def _gathered(visit: Visit) -> dict[str, Any]:
    app = _app(visit.service)
    found = cases_of(visit.service.shop.log, app, ROWS)
    lines = [_line(visit, case) for case in found.first]
    return {"app": app.name, "lines": lines, "open": found.open, "cut": found.cut}


def _line(visit: Visit, case: Case) -> dict[str, Any]:
    row = case.decision
    about = [(key, row[key]) for key in ("user", "place", "card", "device", "address") if row[key] is not None]
    return {
        "row": row,
        "payment": case.payment,
        "about": about,
        "amount": row["amount"] / _MINOR,
        "loss": case.loss / _MINOR,
        "why": _why(visit, row["id"]),
    }


def _why(visit: Visit, decision: str) -> list[tuple[str, float]]:
    """Return what raised a chance most; nothing where that can no longer be told."""
    try:
        found = reasons(visit.service.shop, decision, near=True)
    except UserError:
        return []
    raised = [one for one in found.because if one.by > 0]
    return [(column_words(one.feature, visit.words), one.by) for one in raised[:_WHY]]


async def _resolve(visit: Visit) -> Response:
    """Log what a reviewer found."""
    payment, verdict = visit.form.get("payment", ""), visit.form.get("verdict", "")
    if verdict not in _VERDICTS:
        raise Problem(expected("verdict", "one of " + " ".join(_VERDICTS), verdict))
    shop = visit.service.shop
    stands = payment and payment.isprintable() and shop.log.find(pa.chunked_array([[payment]], pa.string()))[0] >= 0
    if not stands:
        raise Unknown(expected("payment", "the id of one in the log", payment))
    event = {"kind": "resolved", "id": uuid4().hex, "ref": payment, "fraud": _VERDICTS[verdict]}
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
