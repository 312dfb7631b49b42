"""Decisions: find what was answered, open it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.errors import expected
from evercart.publish.model import Model
from evercart.serve.looking.answered import answered
from evercart.serve.looking.finding import KEYS, Found, Row, Wanted, find
from evercart.serve.looking.opened import Opened, Opener
from evercart.serve.pages.column_words import column_words, said_words, topic_words
from evercart.serve.pages.kept import per_service
from evercart.serve.pages.page import Page, Visit
from evercart.serve.problem import Problem
from evercart.verifying import agrees

if TYPE_CHECKING:
    from evercart.serve.service import Service

ROWS: Final = 20
_ITEMS: Final = 4  # of a list that a line of the table names


def _opener(service: Service) -> Opener:
    return Opener(service.shop)


opener_of = per_service(_opener)


async def _decisions(visit: Visit) -> Response:
    wanted = Wanted(visit.asked("app"), visit.asked("name").strip(), visit.asked("by"))
    before = _offset(visit.asked("before"))
    found = await run_in_threadpool(find, visit.service.shop.log, wanted, before, ROWS)
    models = await run_in_threadpool(visit.service.shop.shelf.models)
    units = {app.name: app.unit for app in visit.service.shop.apps}
    return await visit.page(
        "decisions.html.j2",
        wanted=wanted,
        keys=KEYS,
        found=found,
        rows=_lines(found, models, units),
        before=before,
        older=visit.here(before=str(found.older)) if found.older is not None else "",
        newest=visit.here(before="") if before is not None else "",
        any=wanted != Wanted(),
    )


def _offset(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem(expected("before", "an offset of the log", text))
    return int(text)


def _lines(found: Found, models: list[Model], units: dict[str, str]) -> list[dict[str, Any]]:
    names = {model.id: model.name for model in models}
    return [_line(row, names, units) for row in found.rows]


def _line(row: Row, names: dict[str, str], units: dict[str, str]) -> dict[str, Any]:
    said = answered(row)
    about = [(key, row[key]) for key in ("user", "session", "item", "place") if row[key] is not None]
    return {
        "row": row,
        "about": about,
        "guess": row["guess"],
        "unit": units.get(row["app"] or "", ""),
        "items": [one.item for one in said.items[:_ITEMS]],
        "more": max(0, len(said.items) - _ITEMS),
        "fallback": said.fallback,
        "model": names.get(row["model"], row["model"] or ""),
    }


async def _decision(visit: Visit) -> Response:
    opener = opener_of(visit.service)
    opened = await run_in_threadpool(opener.open, visit.request.path_params["id"])
    each = await run_in_threadpool(opener.why_list, opened) if visit.asked("why") else None
    return await visit.page("decision.html.j2", each=each, **_said(opened, visit))


def _said(opened: Opened, visit: Visit) -> dict[str, Any]:
    words, row = visit.words, opened.row
    known: dict[str, list[tuple[str, str, str]]] = {}
    for one in opened.features:
        line = (column_words(one.name, words), said_words(one, words), one.name)
        known.setdefault(topic_words(one, words), []).append(line)
    most = max((abs(one.by) for one in opened.why.moved), default=0.0)
    moved = [(topic_words(one.topic, words), one.by, abs(one.by) / most) for one in opened.why.moved]
    return {
        "opened": opened,
        "keys": KEYS,
        "row": row,
        "unit": opened.app.unit if opened.app else "",
        "about": [(key, row[key]) for key in ("user", "session", "item", "place") if row[key] is not None],
        "known": known,
        "moved": moved,
        "why": opened.why,
        "reason": words.get(f"why.{opened.why.reason.replace(' ', '_')}", opened.why.reason),
        "agrees": _agrees(opened),
        "ranks": bool(opened.app and opened.app.candidates),
        "model": opened.model.name if opened.model else row["model"],
    }


def _agrees(opened: Opened) -> bool:
    """Return whether a guess that was computed again is the one that was logged."""
    said = np.nan if opened.row["guess"] is None else opened.row["guess"]
    formed = np.array(["form" in opened.answered.other])
    return bool(agrees(np.array([said]), np.array([opened.why.guess]), formed)[0])


PAGES: Final = (
    Page("GET", "/decisions", "read", _decisions),
    Page("GET", "/decisions/{id:path}", "read", _decision),
)
