"""Models: which there are, how good they are, which is live; the rows that wait in quarantine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from evercart import pulse
from evercart.deciding import fields
from evercart.errors import UserError, expected, unknown
from evercart.events.schema import FIELDS
from evercart.mover import lane_of
from evercart.publish.moves import Move
from evercart.publishing import FOLDER as LIVE
from evercart.serve import moving
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.mending import mend
from evercart.serve.problem import Unknown
from evercart.serve.wire import (
    AppReport,
    AppShown,
    Held,
    Moved,
    Promote,
    Quarantined,
    Report,
    Retried,
    Retry,
    Rollback,
    Today,
    VersionShown,
)
from evercart.shop import Shop

if TYPE_CHECKING:
    from evercart.serve.service import Service

_RANKED: Final = ["user", "session", "item"]


class OfApp(msgspec.Struct):
    """Of one app only."""

    app: str | None = None


class Waiting(msgspec.Struct):
    """How many rows, of which field."""

    limit: Annotated[float, Meta(multiple_of=1, ge=1, le=10_000)] = 100.0
    field: Annotated[str, Meta(min_length=1)] | None = None


async def _apps(service: Service, call: Call) -> list[AppShown]:
    ring, live, forms = service.shop.ring(), service.live_models(), service.forms()
    return [
        AppShown(
            app.name,
            app.about,
            app.unit,
            app.candidates is not None,
            live.get(app.name, ("", ""))[0],
            _RANKED if app.candidates else list(fields(lane_of(ring, app.name))),
            forms.get(app.name, ""),
        )
        for app in service.shop.apps
    ]


async def _versions(service: Service, call: Call) -> list[VersionShown]:
    asked = call.query.app
    names = [app.name for app in service.shop.apps]
    if asked is not None and asked not in names:
        raise Unknown(expected("query.app", "one of " + " ".join(names), asked))
    return await service.beside(lambda shop: [one for app in ([asked] if asked else names) for one in _of(shop, app)])


def _of(shop: Shop, app: str) -> list[VersionShown]:
    models = {one.id: one.name for one in shop.shelf.models(app)}
    now = shop.current(app)
    found = shop.versions(app)
    newest = next((one.address for one in found if now and one.model == now.model), "")
    return [
        VersionShown(
            one.app,
            one.model,
            models.get(one.model, one.model),
            one.address,
            one.parent,
            one.next_offset,
            one.us,
            one.address == newest,
            one.scores,
        )
        for one in found
    ]


async def _report(service: Service, call: Call) -> Report:
    return await service.beside(_reported)


def _reported(shop: Shop) -> Report:
    status, last = shop.status(), pulse.read(shop.folder / LIVE)
    apps = [
        AppReport(
            app.name,
            dict(last.losses.get(app.name, {})) if last else {},
            _today(last.today.get(app.name)) if last else None,
            _backtest(shop, app.name),
        )
        for app in shop.apps
    ]
    numbers = (status["events"], status["learned"], status["last_us"])
    return Report(status["shop"], *numbers, status["live"], status["quarantined"], last.us if last else None, apps)


def _today(said: Any) -> Today | None:
    return msgspec.convert(said, Today, from_attributes=True) if said else None


def _backtest(shop: Shop, app: str) -> dict[str, Any] | None:
    """Return the summary of an app's last backtest, as the report page shows it."""
    try:
        found = json.loads((shop.folder / "reports" / f"{app}.json").read_text(encoding="utf-8"))["summary"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


async def _quarantine(service: Service, call: Call) -> Quarantined:
    limit, field = int(call.query.limit), call.query.field

    def work(shop: Shop) -> Quarantined:
        rows = shop.quarantine.list(limit, field)
        held = [Held(one.number, one.source, one.row, one.field, one.rule, one.value, one.body) for one in rows]
        return Quarantined(shop.quarantine.counts(), held)

    return await service.beside(work)


async def _retry(service: Service, call: Call) -> Retried:
    asked: Retry = call.body
    for name in asked.edits:
        if name not in FIELDS:
            raise Unknown(unknown("edits", "fields", FIELDS, name))
    try:
        numbers = None if asked.numbers is None else [int(one) for one in asked.numbers]
        return await mend(service, numbers, asked.edits, call.caller.name)
    except UserError as error:
        if str(error).startswith("quarantine: expected the number"):
            raise Unknown(str(error)) from None
        raise


async def _promote(service: Service, call: Call) -> Moved:
    asked: Promote = call.body
    return _moved(await moving.promote(service, call.path["app"], asked.model, asked.force, call.caller.name))


async def _rollback(service: Service, call: Call) -> Moved:
    return _moved(await moving.rollback(service, call.path["app"], call.body.to, call.caller.name))


def _moved(move: Move) -> Moved:
    return Moved(move.app, move.from_model, move.to_model, move.why, move.who, move.us, move.reason)


def _get(path: str, about: str, handler: Any, gives: Any, **more: Any) -> Endpoint:
    return Endpoint("GET", path, "read", about, handler, gives=gives, **{"tag": "models", **more})


def _post(path: str, about: str, handler: Any, takes: Any, gives: Any, **more: Any) -> Endpoint:
    given = {"takes": takes, "gives": gives, "statuses": (404, 409, 503), "tag": "models", **more}
    return Endpoint("POST", path, "operate", about, handler, **given)


ENDPOINTS: Final = (
    _get("/v1/apps", "List the apps, with which model of each is live.", _apps, list[AppShown]),
    _get("/v1/versions", "List the kept revisions.", _versions, list[VersionShown], query=OfApp, statuses=(404,)),
    _get("/v1/report", "Tell how far the shop is, how good its models are.", _report, Report),
    _get(
        "/v1/quarantine",
        "List what may not enter, oldest first.",
        _quarantine,
        Quarantined,
        query=Waiting,
        tag="quarantine",
    ),
    _post("/v1/quarantine/retry", "Send rows again, mended or not.", _retry, Retry, Retried, tag="quarantine"),
    _post("/v1/{app}/promote", "Ask the gate to make a model live.", _promote, Promote, Moved),
    _post("/v1/{app}/rollback", "Go back to what was live before.", _rollback, Rollback, Moved),
)
