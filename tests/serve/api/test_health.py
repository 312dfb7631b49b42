"""Health: alive, ready, counted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from evercart.serve.http import application
from evercart.serve.service import Service
from evercart.shop import Shop


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        yield Service(shop)


def get(service: Service, path: str, **headers: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(application(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(send())


def test_a_process_that_lives_says_so(service: Service) -> None:
    answer = get(service, "/healthz")
    assert (answer.status_code, answer.text) == (200, "alive\n")


@pytest.mark.parametrize(("ready", "status", "text"), [(True, 200, "ready\n"), (False, 503, "not ready yet\n")])
def test_readiness(service: Service, monkeypatch: pytest.MonkeyPatch, ready: bool, status: int, text: str) -> None:
    monkeypatch.setattr(Service, "ready", ready)
    answer = get(service, "/readyz")
    assert (answer.status_code, answer.text) == (status, text)


def test_what_is_counted_counts_its_own_scrape(service: Service) -> None:
    first, second = get(service, "/metrics"), get(service, "/metrics")
    assert first.headers["content-type"].startswith("text/plain; version=")
    line = 'evercart_requests_total{method="GET",route="/metrics",status="200"} 1.0'
    assert line not in first.text
    assert line in second.text


def test_with_keys_counts_want_the_scope_read(service: Service) -> None:
    keys = {scope: service.keys.create(scope, [scope]).text for scope in ("read", "ingest")}
    service.keys._next_look_s = 0
    assert get(service, "/metrics").status_code == 401
    assert get(service, "/metrics", authorization=f"Bearer {keys['ingest']}").status_code == 403
    assert get(service, "/metrics", authorization=f"Bearer {keys['read']}").status_code == 200
    assert get(service, "/healthz").status_code == 200
