"""Endpoint: one address of the service, told once for routing, for checking, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from evercart.errors import expected
from evercart.serve.body import read_json, received
from evercart.serve.caller import Caller, Scope
from evercart.serve.problem import NotAllowed, Problem, WhoAreYou
from evercart.serve.reply import Reply

if TYPE_CHECKING:
    from starlette.types import Receive, Send
    from starlette.types import Scope as Asgi

    from evercart.serve.service import Service


class Call(NamedTuple):
    """A request, checked.

    caller    who asks
    id        the request's number, as answered in `x-request-id`
    path      parameters in the address
    query     as the endpoint's `query` says; None without one
    body      as its `takes` says; the bytes where it is None
    type      the content type of the body, lower-case, without parameters
    """

    caller: Caller
    id: str
    path: dict[str, str]
    query: Any
    body: Any
    type: str


Handler = Callable[["Service", Call], Awaitable[Any]]


@dataclass(frozen=True)
class Endpoint:
    """One address.

    scope     that a caller's key needs; "" for everybody
    about     one sentence
    handler   returns what is answered: of type `gives`, or a `Reply` where that is more than JSON
    query     a msgspec Struct of the parameters after "?"
    takes     type of the JSON body; None: the handler reads the bytes
    gives     type of the JSON answer
    statuses  that it may answer with, beside 200 and those that every address has
    form      content type of the answer where it is not JSON
    """

    method: str
    path: str
    scope: Scope | str
    about: str
    handler: Handler
    query: type[Any] | None = None
    takes: Any = None
    gives: Any = None
    statuses: tuple[int, ...] = ()
    tag: str = "service"
    form: str = "text/plain"

    @cached_property
    def _known(self) -> dict[str, bool]:
        """Return the names of the parameters after "?", whether each may be any text: looked up once."""
        fields = msgspec.structs.fields(self.query) if self.query else ()
        return {field.encode_name: _is_text(field.type) for field in fields}

    async def answer(self, service: Service, asgi: Asgi, receive: Receive) -> Reply:
        """Return what is answered; raises `Problem` or `UserError` for what the caller did wrong."""
        caller: Caller = asgi["caller"]
        if self.scope and self.scope not in caller.scopes:
            refused = NotAllowed if caller.name else WhoAreYou
            raise refused(expected("key", f"one with the scope {self.scope}", caller.name or "none"))
        body: Any = b""
        kind = ""
        if self.method != "GET":
            kind, body = await received(asgi, receive, service.settings)
            if self.takes is not None:
                body = read_json(body, kind, self.takes, service.settings.depth)
        query = _query(asgi["query_string"], self.query, self._known) if self.query else None
        call = Call(caller, asgi["request_id"], asgi.get("path_params", {}), query, body, kind)
        said = await self.handler(service, call)
        return said if isinstance(said, Reply) else Reply.json(said)

    async def __call__(self, service: Service, asgi: Asgi, receive: Receive, send: Send) -> None:
        """Answer as ASGI has it."""
        reply = await self.answer(service, asgi, receive)
        await reply.send(send)


def _query(said: bytes, kind: type[Any], known: dict[str, bool]) -> Any:
    """Return the parameters after "?" as a Struct; unknown ones, and ones that come twice, are told."""
    found: dict[str, str] = {}
    for pair in filter(None, said.decode("latin-1").split("&")):
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            name, value = unquote_plus(name), unquote_plus(value)
        if name not in known:
            raise Problem(expected(f"query.{name}", "one of " + " ".join(sorted(known)), value))
        if name in found:
            raise Problem(expected(f"query.{name}", "one value", f"{found[name]}, {value}"))
        if value.lower() == "null" and not known[name]:  # which msgspec would take for none
            raise Problem(expected(f"query.{name}", "a value", value))
        found[name] = value
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(told("query", error)) from None


def _is_text(type_: Any) -> bool:
    """Return whether any text is a value of a type."""
    try:
        msgspec.convert("a", type_)
    except msgspec.ValidationError:
        return False
    return True


def told(where: str, error: msgspec.ValidationError) -> str:
    """Return what msgspec has against a value in our wording.

    >>> told("body", msgspec.ValidationError("Expected `int`, got `str` - at `$.k`"))
    'body.k: expected int, got str'
    """
    said, _, at = str(error).partition(" - at ")
    place = at.strip("`").removeprefix("$").lstrip(".")
    place = f"{where}.{place}" if place else where
    said = said.replace("`", "")
    return f"{place}: {said[0].lower()}{said[1:]}"
