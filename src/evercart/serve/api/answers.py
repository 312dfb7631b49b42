"""Answers: the addresses of a shop's apps, made from how each is declared."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import pyarrow as pa
from msgspec import Meta

from evercart.app import App
from evercart.deciding import fields
from evercart.errors import UserError
from evercart.events.schema import SCHEMA
from evercart.mover import lane_of
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.problem import Problem, Unknown
from evercart.serve.reply import Reply
from evercart.serve.wire import Guessed, Listed, Profile, Whole

if TYPE_CHECKING:
    from evercart.serve.service import Service

_RANKED: Final = ("user", "session", "item")


Count = Annotated[float, Meta(multiple_of=1, ge=1, le=1_000)]


class Somebody(msgspec.Struct, forbid_unknown_fields=True):
    """Who is asked about: any of user, session, item; of nobody, what is popular is shown."""

    user: str | None = None
    session: str | None = None
    item: str | None = None
    k: Count | None = None
    why: bool = False
    id: str | None = None


class Places(msgspec.Struct):
    """How long a list is to be, whether to say why."""

    k: Count | None = None
    why: bool = False
    id: str | None = None


def of_apps(service: Service) -> list[Endpoint]:
    """Return the addresses of all apps; the most general reads are those of the app that ranks."""
    found = [one for app in service.shop.apps for one in (_lists(app) if app.candidates else [_decide(service, app)])]
    ranks = next((app.name for app in service.shop.apps if app.candidates), None)
    return [*found, *([_similar(ranks)] if ranks else []), _PROFILE]


def _lists(app: App) -> list[Endpoint]:
    async def ask(service: Service, call: Call) -> Reply:
        return await _items(service, app.name, call.query)

    async def decide(service: Service, call: Call) -> Reply:
        return await _items(service, app.name, call.body)

    given: dict[str, Any] = {"gives": Listed, "statuses": (409,), "tag": app.name}
    about = f"Decide which items to show next, best first: {app.about}"
    return [
        Endpoint("GET", f"/v1/{app.name}", "decide", about, ask, query=Somebody, **given),
        Endpoint("POST", f"/v1/{app.name}/decide", "decide", about, decide, takes=Somebody, **given),
    ]


async def _items(service: Service, app: str, asked: Somebody) -> Reply:
    keys = {name: value for name in _RANKED if (value := getattr(asked, name)) is not None}
    return Reply.ready(await service.answers.items(app, keys, _whole(asked.k), asked.why, asked.id))


def _similar(app: str) -> Endpoint:
    async def similar(service: Service, call: Call) -> Reply:
        k, why, id = _whole(call.query.k), call.query.why, call.query.id
        return Reply.ready(await service.answers.items(app, {"item": call.path["item"]}, k, why, id, beside=True))

    about = "Decide which items to show beside one that is looked at."
    given: dict[str, Any] = {"query": Places, "gives": Listed, "statuses": (409,), "tag": app}
    return Endpoint("GET", "/v1/similar/{item:path}", "decide", about, similar, **given)


def _decide(service: Service, app: App) -> Endpoint:
    """Return the address of an app that gives one answer; its body's fields are the keys of its declaration."""
    body = question(app.name, fields(lane_of(service.shop.ring(), app.name)))
    whole = {name for name in body.__struct_fields__ if name != "id" and pa.types.is_integer(SCHEMA.field(name).type)}

    async def decide(service: Service, call: Call) -> Reply:
        said = msgspec.structs.asdict(call.body).items()
        keys = {name: int(value) if name in whole else value for name, value in said if value is not None}
        keys.pop("id", None)
        return Reply.ready(await service.answers.guess(app.name, keys, call.body.id))

    about = f"Decide: {app.about}"
    given: dict[str, Any] = {"takes": body, "gives": Guessed, "statuses": (409,), "tag": app.name}
    return Endpoint("POST", f"/v1/{app.name}/decide", "decide", about, decide, **given)


def question(app: str, fields: tuple[str, ...]) -> type[msgspec.Struct]:
    """Return the type of an app's question: its first field is needed, others may be left out.

    >>> question("spend", ("user", "amount")).__struct_fields__
    ('user', 'amount', 'id')
    """
    first, *rest = fields
    needed: list[Any] = [(first, _type(first)), *((name, _type(name) | None, None) for name in rest)]
    types = [*needed, ("id", str | None, None)]
    return msgspec.defstruct(f"{app.title()}Question", types, forbid_unknown_fields=True)


def _type(name: str) -> Any:
    type_ = SCHEMA.field(name).type
    return str if pa.types.is_string(type_) else Whole if pa.types.is_integer(type_) else float


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


async def _profile(service: Service, call: Call) -> Profile:
    try:
        found = await asyncio.to_thread(service.profile, call.path["user"])
    except Problem:
        raise
    except UserError as error:
        raise Unknown(str(error)) from None
    return msgspec.convert(found.summary(), Profile)


_PROFILE: Final = Endpoint(
    "GET",
    "/v1/profile/{user:path}",
    "read",
    "Tell what is known of a shopper now.",
    _profile,
    gives=Profile,
    statuses=(404, 503),
    tag="shoppers",
)
