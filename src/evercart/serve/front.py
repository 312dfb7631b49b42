"""Front: what every request passes first, with what becomes of its errors."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final

from evercart.errors import UserError
from evercart.serve.body import Gone
from evercart.serve.problem import Problem
from evercart.serve.reply import Reply
from evercart.serve.wire import Fault

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from evercart.serve.service import Service

_LOG: Final = logging.getLogger("evercart.serve")
OURS: Final = "a fault of ours; the service's log tells more under this request's number"


class Front:
    """An ASGI application that gives each request a number and a caller, and each error its answer."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = secrets.token_hex(8)
        began = False

        async def marked(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                message["headers"] = [*message["headers"], (b"x-request-id", number.encode())]
            await send(message)

        scope["request_id"] = number
        try:
            scope["caller"] = self._service.keys.caller(scope)
            await self._app(scope, receive, marked)
        except Gone:
            return
        except Exception as error:
            if began:
                raise
            await fault(error, number).send(marked)


def fault(error: Exception, number: str) -> Reply:
    """Return the answer to a request that failed."""
    if isinstance(error, Problem):
        headers = ((b"retry-after", b"%d" % max(1, round(error.retry_s))),) if error.retry_s is not None else ()
        return Reply.json(Fault(str(error), number), error.status, headers)
    if isinstance(error, UserError):
        return Reply.json(Fault(str(error), number), 400)
    _LOG.error("request %s", number, exc_info=error)
    return Reply.json(Fault(OURS, number), 500)
