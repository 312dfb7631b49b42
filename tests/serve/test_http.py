"""The service as an ASGI application."""

from __future__ import annotations

import asyncio

from evercart.serve.http import application, routes
from evercart.serve.service import Service


def test_no_two_routes_are_alike(empty):
    found = [(route.path, tuple(sorted(route.methods or ()))) for route in routes(Service(empty))]
    assert len(found) == len(set(found))
    assert found[0][0].startswith("/v1/")  # what is asked most stands first


def test_it_begins_and_ends_with_the_service(empty):
    service = Service(empty)
    app = application(service)
    said = []

    async def work():
        left = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive():
            if left[0]["type"] == "lifespan.shutdown":
                while not service.ready:
                    await asyncio.sleep(0.01)
            return left.pop(0)

        async def send(message):
            said.append(message["type"])

        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    asyncio.run(work())
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert not service.ready
