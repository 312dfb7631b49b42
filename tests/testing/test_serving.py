"""A shop over real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from evercart import Shop
from evercart.serve.settings import Settings
from evercart.testing.serving import listening, served


async def _lifespan(receive: Any, send: Any) -> None:
    for word in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{word}"
        await send({"type": f"lifespan.{word}.complete"})


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def _stillborn(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no"})


def test_an_application_listens_while_the_block_lasts() -> None:
    with listening(_hello) as url:
        assert httpx.get(f"{url}/there").text == "/there"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_two_listen_at_once_each_on_its_port() -> None:
    with listening(_hello) as one, listening(_hello) as other:
        assert one != other
        assert [httpx.get(url).status_code for url in (one, other)] == [200, 200]


def test_what_cannot_start_is_told() -> None:
    with pytest.raises(AssertionError, match="the server did not start"), listening(_stillborn):
        pass


def test_an_error_of_the_test_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), listening(_hello):
        _ = 1 // 0


def test_a_shop_answers_over_http(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop, served(shop, Settings(batch=10)) as url:
        answer = httpx.get(f"{url}/healthz")
        assert (answer.status_code, answer.text) == (200, "alive\n")
        assert answer.headers["x-request-id"]
