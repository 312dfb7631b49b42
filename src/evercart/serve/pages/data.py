"""Data: what comes in, how good it is, what may not enter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.errors import UserError, expected
from evercart.events.quarantine import Held
from evercart.events.schema import FIELDS
from evercart.ingest import SENT_AGAIN
from evercart.serve.looking.arrivals import Arrivals
from evercart.serve.looking.quality import quality
from evercart.serve.mending import mend
from evercart.serve.pages.bars import HIGH, WIDE, bars, table
from evercart.serve.pages.kept import per_service
from evercart.serve.pages.page import Page, Visit
from evercart.serve.problem import Problem, Unknown
from evercart.serve.wire import Retried

if TYPE_CHECKING:
    from evercart.serve.service import Service

ROWS: Final = 20  # of the quarantine, at once
_ALL: Final = 10_000  # rows that one button sends again
_EDIT: Final = "field."


def _arrivals(service: Service) -> Arrivals:
    return Arrivals(service.shop.log, service.shop.config.time_zone)


arrivals_of = per_service(_arrivals)


async def _data(visit: Visit) -> Response:
    return await visit.page("data.html.j2", **await run_in_threadpool(_gathered, visit))


def _gathered(visit: Visit) -> dict[str, Any]:
    service, field = visit.service, visit.asked("field")
    shop = service.shop
    arrived = arrivals_of(service).now()
    imports = shop.log.imports()
    notes = {str(note["name"]): note for note in shop.ingester.notes()}
    held = shop.quarantine.list(ROWS, field or None)
    counts = shop.quarantine.counts()
    return {
        "next_offset": shop.log.next_offset,
        "last_us": shop.log.last_us,
        "live": shop.log.live_from is not None,
        "octets": _octets(shop.folder / "log"),
        "kept_at": shop.config.place(shop.folder).shown,
        "newest": quality(shop.log),
        "origin": str(visit.request.base_url).rstrip("/"),
        "arrived": arrived,
        "bars": bars(arrived, visit.words("data.bar"), visit.words("data.others")),
        "wide": WIDE,
        "high": HIGH,
        "table": table(arrived),
        "notes": list(notes.values())[::-1],
        "unfinished": [(name, rows) for name, (rows, done) in imports.items() if not done],
        "counts": _counts(counts),
        "waiting": sum(counts.values()),
        "held": held,
        "again": SENT_AGAIN,
        "field": field,
    }


def _counts(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return field, rule, rows."""
    return [(*name.partition(": ")[::2], rows) for name, rows in counts.items()]


def _octets(folder: Path) -> int | None:
    """Return what a log's files take; None where it lies elsewhere."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else None


async def _held(visit: Visit) -> Response:
    held = await run_in_threadpool(_the_one, visit)
    return await _form(visit, held)


def _the_one(visit: Visit) -> Held:
    text = str(visit.request.path_params["number"])
    try:
        right = text.isascii() and text.isdigit() and len(text) < 19
        return visit.service.shop.quarantine.show(int(text) if right else -1)
    except UserError:
        raise Unknown(expected("quarantine", "the number of a row that is held", text)) from None


async def _form(visit: Visit, held: Held, status: int = 200, **more: Any) -> Response:
    """Return the page on which a row is mended."""
    body = _body(held)
    first = [name for name in dict.fromkeys((held.field, "kind", *body)) if name in FIELDS]
    given = {"error": "", "wrong": held.field, "said": {}} | more
    values = {name: _text(body.get(name)) for name in FIELDS} | given.pop("said")
    rest = [name for name in FIELDS if name not in first]
    whole = body.get("line", "") if body.keys() == {"line"} else ""
    return await visit.page(
        "held.html.j2", status, held=held, first=first, rest=rest, values=values, whole=whole, again=SENT_AGAIN, **given
    )


def _body(held: Held) -> dict[str, Any]:
    try:
        body = json.loads(held.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


async def _mend(visit: Visit) -> Response:
    held = await run_in_threadpool(_the_one, visit)
    said = {name.removeprefix(_EDIT): value for name, value in visit.form.items() if name.startswith(_EDIT)}
    for name in said:
        if name not in FIELDS:
            raise Problem(expected("form", "fields of an event", name))
    body = _body(held)
    edits = {name: value.strip() or None for name, value in said.items() if value.strip() != _text(body.get(name))}
    done = await mend(visit.service, [held.number], edits, visit.caller.name)
    if done.refused:
        one = done.refused[0]
        return await _form(visit, held, 409, said=said, error=one.error, wrong=one.field)
    return visit.go("/data", "mended" if done.entered else "nothing_waits")


async def _mend_many(visit: Visit) -> Response:
    """Send again all rows that broke one rule, with one field replaced where something is said."""
    field, rule, value = (visit.form.get(name, "") for name in ("field", "rule", "value"))
    held = await run_in_threadpool(visit.service.shop.quarantine.list, -1, field)
    numbers = [one.number for one in held if one.rule == rule][:_ALL]
    if not numbers:
        return visit.go("/data", "nothing_waits")
    edits = {field: value.strip()} if value.strip() and field in FIELDS else {}
    done = await mend(visit.service, numbers, edits, visit.caller.name)
    return await visit.page("mended.html.j2", done=done, rows=_refused(done), more=max(0, len(done.refused) - ROWS))


def _refused(done: Retried) -> list[tuple[int, str]]:
    return [(one.row, one.error) for one in done.refused[:ROWS]]


PAGES: Final = (
    Page("GET", "/data", "read", _data),
    Page("GET", "/data/quarantine/{number}", "read", _held),
    Page("POST", "/data/quarantine/{number}", "operate", _mend),
    Page("POST", "/data/quarantine", "operate", _mend_many),
)
