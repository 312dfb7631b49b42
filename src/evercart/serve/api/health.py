"""Health: whether the service lives, whether it answers from models, what it counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.exposed import TYPE, scraped
from evercart.serve.reply import Reply

if TYPE_CHECKING:
    from evercart.serve.service import Service


async def _healthz(service: Service, call: Call) -> Reply:
    return Reply.text("alive\n")


async def _readyz(service: Service, call: Call) -> Reply:
    return Reply.text("ready\n") if service.ready else Reply.text("not ready yet\n", status=503)


async def _metrics(service: Service, call: Call) -> Reply:
    return Reply.text(await asyncio.to_thread(scraped, service.registry), TYPE)


ENDPOINTS: Final = (
    Endpoint("GET", "/healthz", "", "Say that the process lives.", _healthz, tag="health"),
    Endpoint(
        "GET", "/readyz", "", "Say whether apps answer from their models.", _readyz, statuses=(503,), tag="health"
    ),
    Endpoint(
        "GET", "/metrics", "read", "Return what the service counts, as Prometheus reads it.", _metrics, tag="health"
    ),
)
