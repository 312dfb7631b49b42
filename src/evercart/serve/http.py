"""HTTP: the service as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Route, Router

from evercart.serve import pages
from evercart.serve.api import endpoints
from evercart.serve.endpoint import Endpoint
from evercart.serve.front import Front

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from evercart.serve.service import Service


class Served:
    """An endpoint of one service, as ASGI has it."""

    def __init__(self, service: Service, endpoint: Endpoint) -> None:
        self._service, self._endpoint = service, endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._endpoint(self._service, scope, receive, send)


def application(service: Service) -> ASGIApp:
    """Return what a server of ASGI runs: it begins and ends with the service."""

    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            await service.stop()

    # a bare Router: Starlette itself would answer every error with 500 before Front sees it
    # that redirects nobody: where to would be made of what the caller says our name is
    lost = pages.lost(service)
    return Front(Router(routes=routes(service), lifespan=lifespan, default=lost, redirect_slashes=False), service)


def routes(service: Service) -> list[BaseRoute]:
    """Return every address of the service, those asked most first."""
    answers: list[BaseRoute] = [
        Route(one.path, Served(service, one), methods=[one.method]) for one in endpoints(service)
    ]
    return [*answers, *pages.routes(service)]
