"""Front: what every request passes first, with what becomes of its errors."""

from __future__ import annotations

import logging
import re
import secrets
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException
from starlette.routing import Match

from evercart.errors import UserError, expected
from evercart.serve.body import Gone
from evercart.serve.caller import NOBODY
from evercart.serve.problem import Problem
from evercart.serve.reply import Reply
from evercart.serve.wire import Fault

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from evercart.serve.service import Service

_LOG: Final = logging.getLogger("evercart.serve")
_NUMBER: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GONE: Final = 499  # told in logs, never sent: the caller went away first
OURS: Final = "a fault of ours; the service's log tells more under this request's number"
NOWHERE: Final = "-"  # the route of what leads nowhere
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Front:
    """An ASGI application that gives each request a number, a caller, a line in the log; each error its answer."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service, self._now_s = app, service, service.shop.clock.wall_s
        self._begun, self._counted = secrets.token_hex(4), count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = self._now_s()
        headers = dict(scope["headers"])
        said = headers.get(b"x-request-id")
        known = said is not None and _NUMBER.fullmatch(said)
        number = said.decode() if known and said else f"{self._begun}{next(self._counted):08x}"
        sent = _Sent(send, number.encode(), scope["method"] == "HEAD")
        scope["request_id"], scope["app"], scope["caller"] = number, self, NOBODY
        try:
            scope["caller"] = self._service.door.caller(scope, headers)
            await self._app(scope, receive, sent)
        except Gone:
            sent.status = _GONE
        except Exception as error:
            if sent.status:
                raise
            await fault(error, number, scope).send(sent)
        finally:
            self._note(scope, headers, sent, self._now_s() - began_s)

    def _note(self, scope: Scope, headers: dict[bytes, bytes], sent: _Sent, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NOWHERE)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        status = sent.status or _GONE
        service = self._service
        service.metrics.request(route, method, status, None if sent.streams else seconds)
        service.metrics.faults += status == 500
        length = headers.get(b"content-length", b"")
        size = int(length) if length.isdigit() else 0
        caller = scope["caller"]
        service.access.request(scope["request_id"], method, route, status, seconds, size, sent.size, caller.key)


class _Sent:
    """What is sent back, completed on its way: with the request's number, with headers that all answers have.

    status    0 until it began
    """

    __slots__ = ("_head", "_number", "_send", "size", "status", "streams")

    def __init__(self, send: Send, number: bytes, head: bool) -> None:
        self._send, self._number, self._head = send, number, head
        self.status = self.size = 0
        self.streams = False

    async def __call__(self, message: Message) -> None:
        """Send a part of an answer."""
        if message["type"] == "http.response.start":
            message["headers"] = self._completed(message["headers"])
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            if self._head:
                message["body"] = b""
            self.size += len(message.get("body", b""))
        await self._send(message)

    def _completed(self, headers: Any) -> list[tuple[bytes, bytes]]:
        names = set()
        for name, value in headers:
            if b"\n" in value or b"\r" in value or b"\0" in value:
                raise ValueError(name)  # a header made of what was sent; no answer is better than two
            names.add(name)
            if value.startswith(b"text/event-stream"):
                self.streams = True
        whole = [*headers, (b"x-request-id", self._number)]
        whole += [pair for pair in HEADERS if pair[0] not in names]
        return whole


def fault(error: Exception, number: str, scope: Scope | None = None) -> Reply:
    """Return the answer to a request that failed."""
    if isinstance(error, Problem):
        headers: tuple[tuple[bytes, bytes], ...] = ()
        if error.retry_s is not None:
            headers = ((b"retry-after", b"%d" % max(1, ceil(error.retry_s))),)
        if error.status == 401:
            headers = ((b"www-authenticate", b'Bearer realm="evercart"'),)
        return Reply.json(Fault(str(error), number), error.status, headers)
    if isinstance(error, UserError):
        return Reply.json(Fault(str(error), number), 400)
    if isinstance(error, HTTPException) and error.status_code == 405 and scope is not None:
        allowed = _allowed(scope)
        text = expected("method", "one of " + " ".join(allowed), scope["method"])
        return Reply.json(Fault(text, number), 405, ((b"allow", ", ".join(allowed).encode()),))
    _LOG.error("request %s", number, exc_info=error)
    return Reply.json(Fault(OURS, number), 500)


def _allowed(scope: Scope) -> list[str]:
    """Return every method that an address takes."""
    matching = (route for route in scope["router"].routes if route.matches(scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in route.methods or ()})
