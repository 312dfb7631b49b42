"""Health: whether the service lives, whether it answers from models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.reply import Reply

if TYPE_CHECKING:
    from evercart.serve.service import Service


async def _healthz(service: Service, call: Call) -> Reply:
    return Reply.text("alive\n")


async def _readyz(service: Service, call: Call) -> Reply:
    return Reply.text("ready\n") if service.ready else Reply.text("not ready yet\n", status=503)


ENDPOINTS: Final = (
    Endpoint("GET", "/healthz", "", "Say that the process lives.", _healthz, tag="health"),
    Endpoint(
        "GET", "/readyz", "", "Say whether apps answer from their models.", _readyz, statuses=(503,), tag="health"
    ),
)
