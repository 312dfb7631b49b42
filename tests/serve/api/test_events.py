"""Events over HTTP."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from evercart.serve.http import application
from evercart.serve.service import Service
from evercart.serve.settings import Settings
from evercart.shop import Shop

NOW_US = 1_700_000_000_000_000
VIEW = {"kind": "view", "id": "a", "event_us": NOW_US, "item": "x"}


@pytest.fixture
def shop(tmp_path):
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def sent(shop, path, body, kind="application/json", **settings):
    """Return the status with what was answered."""

    async def work():
        service = Service(shop, Settings(**settings))
        await service.start()
        transport = httpx.ASGITransport(application(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            content = body if isinstance(body, bytes) else json.dumps(body)
            found = await client.post(path, content=content, headers={"content-type": kind})
        await service.stop()
        return found.status_code, found.json()

    return asyncio.run(work())


def test_an_event_is_in_the_log_when_it_is_acknowledged(shop):
    status, said = sent(shop, "/v1/events", [VIEW, {**VIEW, "id": "b", "item": None}])
    assert (status, said["accepted"], said["next_offset"]) == (200, 1, 2)
    assert said["refused"][0]["error"] == "event 2: item: expected a value, which view needs, got 'null'"
    assert shop.log.names(1, 2)["id"].to_pylist() == ["a"]
    assert sent(shop, "/v1/events", [VIEW])[1]["duplicates"] == 1


def test_an_outcome_needs_no_kind(shop):
    sent(shop, "/v1/events", [VIEW])
    outcome = {"id": "o", "event_us": NOW_US, "ref": "a", "value": 1}
    status, said = sent(shop, "/v1/outcomes", [outcome, outcome | {"id": "p", "ref": "nobody"}])
    assert (status, said["accepted"], said["orphans"]) == (200, 2, 1)


@pytest.mark.parametrize(
    ("body", "kind", "status", "text"),
    [
        (b"[]", "application/json", 400, "events: expected at least one, got 0"),
        (b"{", "application/json", 400, "body: expected JSON, got 'Input data was truncated'"),
        (b"x" * 2_000_001, "application/json", 413, "body: expected at most 2,000,000 bytes, got '2,000,001'"),
        (b"x", "text/plain", 415, "content-type: expected one of application/json"),
    ],
)
def test_what_is_not_taken(shop, body, kind, status, text):
    found, said = sent(shop, "/v1/events", body, kind, body_mb=2)
    assert found == status
    assert said["error"].startswith(text)
    assert len(said["request"]) == 16
