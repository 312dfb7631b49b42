"""Try: ask an app by hand, through the very functions that the addresses call."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.app import App
from evercart.deciding import fields
from evercart.errors import UserError, expected
from evercart.events.schema import SCHEMA
from evercart.mover import lane_of
from evercart.serve.looking.opened import Opened
from evercart.serve.pages.column_words import topic_words
from evercart.serve.pages.decisions import opener_of
from evercart.serve.pages.page import Page, Visit
from evercart.serve.problem import Problem, Unknown
from evercart.serve.wire import Guessed, Listed

if TYPE_CHECKING:
    from evercart.serve.service import Service

_RANKED: Final = ("user", "session", "item")
_PLACES: Final = "k"
_LATELY: Final = 2_000  # rows of the log whose names are offered
_OFFERED: Final = 8
_LOOKS, _REST_S = 50, 0.02  # for a decision that was not confirmed at once
Said = Mapping[str, str]


async def _form(visit: Visit) -> Response:
    app = _app(visit.service, visit.asked("app"))
    values = {name: visit.asked(name) for name in (*_fields(visit.service, app), _PLACES)}
    return await _page(visit, app, values)


async def _ask(visit: Visit) -> Response:
    app = _app(visit.service, visit.form.get("app", ""))
    names = _fields(visit.service, app)
    values = {name: visit.form.get(name, "").strip() for name in (*names, _PLACES)}
    try:
        keys = {name: _value(name, values[name]) for name in names if values[name]}
        if app.candidates is None:
            said = await visit.service.answers.guess(app.name, keys)
            answer: Guessed | Listed = msgspec.json.decode(said, type=Guessed)
            sent = keys
        else:
            k = _places(values[_PLACES])
            said = await visit.service.answers.items(app.name, keys, k, True)
            answer = msgspec.json.decode(said, type=Listed)
            sent = {**keys, **({"k": k} if k else {}), "why": True}
    except UserError as error:
        return await _page(visit, app, values, getattr(error, "status", 400), error=str(error))
    return await _page(visit, app, values, answer=answer, **await _told(visit, app, answer, sent))


async def _told(visit: Visit, app: App, answer: Guessed | Listed, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown beside an answer: why, what a program would have sent, what it would have got."""
    opened = await run_in_threadpool(_opened, visit.service, answer)
    moved = [(topic_words(one.topic, visit.words), one.by) for one in opened.why.moved] if opened else []
    origin = str(visit.request.base_url).rstrip("/")
    return {
        "logged": opened is not None,
        "usual": opened.why.usual if opened else None,
        "why_guess": opened.why.guess if opened else None,
        "others": opened.why.others if opened else 0,
        "moved": moved,
        "instead": opened.instead if opened else None,
        "json": msgspec.json.format(msgspec.json.encode(answer), indent=2).decode(),
        "curl": curl(origin, app.name, sent, bool(visit.caller.key)),
        "python": python(origin, app.name, sent, ranks=app.candidates is not None),
    }


def _opened(service: Service, answer: Guessed | Listed) -> Opened | None:
    """Return the decision as the log has it, which may take a moment; None where it is not there by then."""
    for _ in range(_LOOKS):
        try:
            return opener_of(service).open(answer.decision)
        except Unknown:
            service.shop.clock.rest_s(_REST_S)
    return None


def curl(origin: str, app: str, sent: Mapping[str, Any], keyed: bool) -> str:
    """Return the command that asks the same.

    >>> print(curl("http://127.0.0.1:8321", "spend", {"user": "u1"}, False))
    curl http://127.0.0.1:8321/v1/spend/decide -H 'content-type: application/json' -d '{"user": "u1"}'
    """
    key = ' -H "authorization: Bearer $EVERCART_KEY"' if keyed else ""
    body = shlex.quote(json.dumps(sent, ensure_ascii=False))
    return f"curl {shlex.quote(f'{origin}/v1/{app}/decide')}{key} -H 'content-type: application/json' -d {body}"


def python(origin: str, app: str, sent: Mapping[str, Any], *, ranks: bool) -> str:
    """Return the lines that ask the same.

    >>> print(python("http://127.0.0.1:8321", "spend", {"user": "u1"}, ranks=False))
    from evercart import Client
    <BLANKLINE>
    with Client("http://127.0.0.1:8321") as shop:
        print(shop.decide("spend", user='u1'))
    """
    given = ", ".join(f"{name}={value!r}" for name, value in sent.items())
    asked = f"recommend({given})" if ranks else f"decide({json.dumps(app)}, {given})"
    return f"from evercart import Client\n\nwith Client({json.dumps(origin)}) as shop:\n    print(shop.{asked})"


async def _page(visit: Visit, app: App, values: Said, status: int = 200, **more: Any) -> Response:
    names = _fields(visit.service, app)
    return await visit.page(
        "try.html.j2",
        status,
        app=app,
        needed="" if app.candidates else names[0],
        names=[name for name in names if name in ("user", "session", "item", "place") or values.get(name)],
        rest=[name for name in names if name not in ("user", "session", "item", "place") and not values.get(name)],
        numbers={name for name in names if _is_number(name)},
        values=values,
        offered=await run_in_threadpool(_offered, visit.service, names),
        ready=visit.service.ready,
        **({"answer": None, "error": ""} | more),
    )


def _app(service: Service, name: str) -> App:
    apps = service.shop.apps
    if not name:
        return apps[0]
    found = next((one for one in apps if one.name == name), None)
    if found is None:
        raise Unknown(expected("app", "one of " + " ".join(one.name for one in apps), name))
    return found


def _fields(service: Service, app: App) -> tuple[str, ...]:
    """Return what a question may name, first what it must."""
    return _RANKED if app.candidates else fields(lane_of(service.shop.ring(), app.name))


def _is_number(name: str) -> bool:
    return not pa.types.is_string(SCHEMA.field(name).type)


def _value(name: str, text: str) -> Any:
    """Return what was typed as a column takes it."""
    if not _is_number(name):
        return text
    try:
        return int(text) if pa.types.is_integer(SCHEMA.field(name).type) else float(text)
    except ValueError:
        raise Problem(expected(name, "a number", text)) from None


def _places(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Problem(expected(_PLACES, "a whole number below 10,000", text))
    return int(text)


def _offered(service: Service, names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return names that the log had of late, by column."""
    log = service.shop.log
    rows = log.names(max(0, log.next_offset - _LATELY), log.next_offset)
    named = [name for name in names if name in ("user", "session", "item", "place")]
    found = {name: dict.fromkeys(reversed(rows[name].drop_null().to_pylist())) for name in named}
    return {name: list(each)[:_OFFERED] for name, each in found.items()}


PAGES: Final = (
    Page("GET", "/try", "decide", _form),
    Page("POST", "/try", "decide", _ask),
)
