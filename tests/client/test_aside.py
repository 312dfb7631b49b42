"""The client for asyncio, against real servers that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from evercart.client import AsyncClient, Failed, Refused, Unreachable
from evercart.serve.reply import Reply
from evercart.serve.wire import AppShown
from evercart.testing.scripted import Scripted, busy, hangs_up, no
from evercart.testing.serving import listening

SPEND = AppShown("spend", "What is spent.", "EUR", False, "continual", ["user"])


async def _soon(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


def _sent(app: Scripted) -> list[str]:
    return [event["id"] for request in app.came for event in request.events]


def test_buffered_events_are_sent_by_a_task() -> None:
    app = Scripted([busy(), hangs_up])

    async def run(url: str) -> list[str]:
        async with AsyncClient(url, batch=2, age_s=0.01) as client:
            ids = [client.event("view", item=f"i{number}") for number in range(5)]
            await _soon(lambda: client.waiting == 0)
            ids.append(client.outcome("d1", value=1.0))
        return ids

    with listening(app) as url:
        assert asyncio.run(run(url)) == list(dict.fromkeys(_sent(app)))


def test_many_may_ask_at_once() -> None:
    async def run(url: str) -> list[Any]:
        async with AsyncClient(url) as client:
            return await asyncio.gather(*(client.apps() for _ in range(20)))

    with listening(Scripted(always=lambda _: Reply.json([SPEND]))) as url:
        assert asyncio.run(run(url)) == [[SPEND]] * 20


def test_failures_are_raised() -> None:
    async def run(url: str) -> None:
        async with AsyncClient(url, retries=1, told=lambda _: None) as client:
            with pytest.raises(Refused, match="expected JSON"):
                await client.send([{"kind": "view", "item": "i1"}])
            with pytest.raises(Unreachable, match=r"^GET /v1/apps: no answer in 2 tries: RemoteProtocolError: "):
                await client.apps()
            client.event("view", item="i1")
            with pytest.raises(Refused):
                await client.flush()
        with pytest.raises(Failed, match="one that was closed"):
            await client.apps()

    with listening(Scripted([no(), hangs_up, hangs_up, no(403)])) as url:
        asyncio.run(run(url))


def test_what_was_not_sent_is_told_at_the_end() -> None:
    async def run(url: str) -> None:
        client = AsyncClient(url, age_s=3600, told=lambda _: None)
        client.event("view", item="i1")
        with pytest.raises(Unreachable, match=r"^1 events were not sent: queue: full$"):
            await client.close()
        await client.close()

    with listening(Scripted(always=busy(503, "600"))) as url:
        asyncio.run(run(url))


def test_an_event_whose_sending_was_cancelled_still_waits() -> None:
    app = Scripted([busy(503, "5")])

    async def run(url: str) -> None:
        async with AsyncClient(url, age_s=3600) as client:
            client.event("view", item="i1", id="a")
            flushing = asyncio.create_task(client.flush())
            await _soon(lambda: app.came)
            flushing.cancel()
            await asyncio.gather(flushing, return_exceptions=True)
            assert client.waiting == 1
            assert (await client.flush()).accepted == 1

    with listening(app) as url:
        asyncio.run(run(url))
    assert _sent(app) == ["a", "a"]
