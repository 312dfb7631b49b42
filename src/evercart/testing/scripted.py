"""Scripted: a server that fails as it is told, then answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from evercart.serve.reply import Reply
from evercart.serve.wire import Fault, Taken


class Request(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return the events in it."""
        found: list[dict[str, Any]] = msgspec.json.decode(self.body)
        return found


Does = Callable[[Request], Reply | None]  # None: hang up without an answer


def busy(status: int = 503, after: str = "0") -> Does:
    """Return what asks to come back later."""
    headers = ((b"retry-after", after.encode()),)
    return lambda _: Reply.json(Fault("queue: full", "r1"), status, headers)


def no(status: int = 400) -> Does:
    """Return what refuses."""
    return lambda _: Reply.json(Fault("body: expected JSON, got 'x'", "r1"), status, ((b"x-request-id", b"r1"),))


def hangs_up(_: Request) -> None:
    """Break the connection."""


def takes(request: Request) -> Reply:
    """Take all events."""
    return Reply.json(Taken(len(request.events), 0, [], 1))


@dataclass
class Scripted:
    """An ASGI application: does what stands in `script`, one thing a request, then `always`.

    came    all requests
    """

    script: Sequence[Does] = ()
    always: Does = takes
    came: list[Request] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        parts = []
        while (message := await receive()).get("more_body"):
            parts.append(message["body"])
        parts.append(message.get("body", b""))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        request = Request(scope["method"], scope["path"], scope["query_string"].decode(), headers, b"".join(parts))
        self.came.append(request)
        does = self.script[len(self.came) - 1] if len(self.came) <= len(self.script) else self.always
        reply = does(request)
        if reply is None:
            length = (b"content-length", b"9")
            await send({"type": "http.response.start", "status": 200, "headers": [length]})  # of which nothing comes
        else:
            await reply.send(send)
