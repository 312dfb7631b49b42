"""Versions: what is kept of each model, with what an operator may do about what is live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from evercart.errors import expected, require
from evercart.publish.difference import Difference
from evercart.publish.model import Model
from evercart.publish.moves import Current, Logged
from evercart.publish.revision import Version
from evercart.serve import moving
from evercart.serve.pages.measures import named, score
from evercart.serve.pages.page import Page, Visit, app_names
from evercart.serve.pages.standing import histories_of, looker_of
from evercart.serve.problem import Problem, Unknown

_FEW: Final = 6  # revisions of a model, unless all are asked for
_NORMS: Final = 60  # arrays of a comparison, those first that moved most
_MOVES: Final = 30


class Line(NamedTuple):
    """A model with its revisions, newest first; `kept` of them there are."""

    model: Model
    live: bool
    racing: bool
    versions: tuple[Version, ...]
    kept: int


class Kept(NamedTuple):
    """What the page shows of an app."""

    name: str
    measure: str
    score: Any
    current: Current | None
    live: str
    previous: str
    lines: tuple[Line, ...]
    moves: tuple[Logged, ...]
    names: Mapping[str, str]


async def _versions(visit: Visit) -> Response:
    asked = visit.asked("app")
    names = app_names(visit.service)
    if asked and asked not in names:
        raise Unknown(expected("app", "one of " + " ".join(names), asked))
    most = None if visit.asked("all") else _FEW
    apps = await run_in_threadpool(lambda: [_kept(visit, name, most) for name in ([asked] if asked else names)])
    return await visit.page("versions.html.j2", topic="now", shown=apps, one=asked, every=most is None)


def _kept(visit: Visit, app: str, most: int | None) -> Kept:
    shelf = visit.service.shop.shelf
    lane = next(each for each in looker_of(visit.service).lanes() if each.app.name == app)
    current, models, versions = shelf.current(app), shelf.models(app), shelf.versions(app)
    names = {model.id: model.name for model in models}
    racing = {model.id for model in lane.models.values()}
    lines = [_line(model, current, racing, versions, most) for model in models]
    return Kept(
        name=app,
        measure=named(lane.app, visit.words),
        score=lambda loss: score(lane.app, loss),
        current=current,
        live=names.get(current.model, current.model) if current else "",
        previous=names.get(current.previous, current.previous) if current else "",
        lines=tuple(sorted(lines, key=lambda line: not line.live)),
        moves=tuple(shelf.moves(app)[: -_MOVES - 1 : -1]),
        names=names,
    )


def _line(
    model: Model, current: Current | None, racing: set[str], versions: Sequence[Version], most: int | None
) -> Line:
    own = [one for one in versions if one.model == model.id]
    live = current is not None and current.model == model.id
    return Line(model, live, model.id in racing, tuple(own[:most]), len(own))


async def _compare(visit: Visit) -> Response:
    a, b = visit.asked("a"), visit.asked("b")
    require(bool(a and b), "compare", "two revisions, a with b", f"a={a} b={b}")
    return await visit.page("compare.html.j2", **await run_in_threadpool(_compared, visit, a, b))


def _compared(visit: Visit, a: str, b: str) -> dict[str, Any]:
    shelf = visit.service.shop.shelf
    found = shelf.diff(a, b)
    names = {model.id: model.name for model in shelf.models()}
    two = [shelf.version(address) for address in (found.a, found.b)]
    return {"two": two, "names": names, "parts": _parts(found), "norms": _norms(found), "norm_count": len(found.norms)}


def _parts(found: Difference) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    """Return what differs, part by part, as rows."""
    parts = ((name, getattr(found, name)) for name in ("about", "parameters", "folds", "columns", "scores"))
    return [(name, [(key, *both) for key, both in rows.items()]) for name, rows in parts if rows]


def _norms(found: Difference) -> list[tuple[str, Any]]:
    """Return the arrays that differ, those first that moved most."""
    return sorted(found.norms.items(), key=lambda pair: -(pair[1].apart or 0.0))[:_NORMS]


async def _ask_promote(visit: Visit) -> Response:
    app, model = visit.asked("app"), visit.asked("model")
    return await _promotion(visit, app, model)


async def _promotion(visit: Visit, app: str, name: str, objections: tuple[str, ...] = (), wrong: str = "") -> Response:
    """Return the page that asks whether a model shall go live, with what the gate has against it."""
    require_app(visit, app)
    found = await run_in_threadpool(_challenger, visit, app, name)
    status = 400 if wrong else 409 if objections else 200
    return await visit.page("promote.html.j2", status, app=app, objections=objections, wrong=wrong, **found)


def _challenger(visit: Visit, app: str, name: str) -> dict[str, Any]:
    shelf = visit.service.shop.shelf
    model, current = shelf.model(name, app), shelf.current(app)
    live = next((one.name for one in shelf.models(app) if current and one.id == current.model), "")
    return {"model": model, "live": live, "found": histories_of(visit.service).verdicts(app).get(model.id)}


async def _promote(visit: Visit) -> Response:
    app, model = visit.form.get("app", ""), visit.form.get("model", "")
    force = visit.form.get("force") == "yes"
    require_app(visit, app)
    name = (await run_in_threadpool(visit.service.shop.shelf.model, model, app)).name
    if force and visit.form.get("typed", "").strip() != name:
        objections = tuple(visit.form.get("objections", "").splitlines())
        wrong = expected("confirmation", f"the name of the model, {name}", visit.form.get("typed", ""))
        return await _promotion(visit, app, model, objections or ("",), wrong)
    try:
        await moving.promote(visit.service, app, model, force, visit.caller.name)
    except moving.Objected as error:
        return await _promotion(visit, app, model, error.objections)
    return _moved(visit, app, "promoted")


async def _ask_rollback(visit: Visit) -> Response:
    app, to = visit.asked("app"), visit.asked("to")
    require_app(visit, app)
    return await visit.page("rollback.html.j2", app=app, to=to, **await run_in_threadpool(_back, visit, app, to))


def _back(visit: Visit, app: str, to: str) -> dict[str, Any]:
    """Return what going back would bring: "" goes back to what was live before."""
    shop = visit.service.shop
    current, models = shop.shelf.current(app), shop.shelf.models(app)
    names = {model.id: model.name for model in models}
    if current is None:
        raise Problem(expected(f"rollback {app}", "an app in which a model is live", "none"))
    known = [model.name for model in models if to in (model.id, model.name)]
    revision = shop.shelf.version(to, app) if to and not known else None
    target = known[-1] if known else names.get(revision.model if revision else current.previous, "")
    require(target != "", f"rollback {app}", "a model that reigned before", "none")
    skipped = shop.log.next_offset - revision.next_offset if revision else 0
    return {"target": target, "live": names.get(current.model, ""), "revision": revision, "skipped": skipped}


async def _rollback(visit: Visit) -> Response:
    app = visit.form.get("app", "")
    await moving.rollback(visit.service, app, visit.form.get("to") or None, visit.caller.name)
    return _moved(visit, app, "rolled_back")


def _moved(visit: Visit, app: str, said: str) -> Response:
    looker_of(visit.service).forget()
    return visit.go("/versions?" + urlencode({"app": app}), said)


def require_app(visit: Visit, app: str) -> None:
    """Raise `Unknown` unless the shop has an app of this name."""
    names = app_names(visit.service)
    if app not in names:
        raise Unknown(expected("app", "one of " + " ".join(names), app))


PAGES: Final = (
    Page("GET", "/versions", "read", _versions),
    Page("GET", "/versions/compare", "read", _compare),
    Page("GET", "/versions/promote", "operate", _ask_promote),
    Page("POST", "/versions/promote", "operate", _promote),
    Page("GET", "/versions/rollback", "operate", _ask_rollback),
    Page("POST", "/versions/rollback", "operate", _rollback),
)
