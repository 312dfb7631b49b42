"""The service on a socket."""

from __future__ import annotations

import asyncio
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from evercart import Shop
from evercart.errors import UserError
from evercart.serve import running
from evercart.serve.running import Running, address, bound, free_port, room
from evercart.serve.service import Service
from evercart.serve.settings import Settings

ASKED = threading.Event()  # a request has come


async def _slowly(scope: Any, receive: Any, send: Any) -> None:
    """Answer after half a second, `/late` after ten; `/stream` never ends by itself."""
    ASKED.set()
    headers = [] if scope["path"] == "/stream" else [(b"content-length", b"7")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/stream":
        gone = asyncio.ensure_future(receive())
        while not gone.done() or (await gone)["type"] != "http.disconnect":
            await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            await asyncio.sleep(0.02)
            gone = (
                asyncio.ensure_future(receive()) if gone.done() and gone.result()["type"] != "http.disconnect" else gone
            )
        return
    await asyncio.sleep(10 if scope["path"] == "/late" else 0.5)
    await send({"type": "http.response.body", "body": b"at last"})


class _Noted(Service):
    def __init__(self, shop: Shop, settings: Settings) -> None:
        super().__init__(shop, settings)
        self.said: list[str] = []

    async def start(self) -> None:
        await super().start()
        self.said.append("start")

    async def stop(self) -> None:
        await super().stop()
        self.said.append("stop")


@contextmanager
def _running(folder: Path, monkeypatch: pytest.MonkeyPatch, **said: float) -> Iterator[tuple[Running, _Noted, str]]:
    monkeypatch.setattr(running, "application", lambda service: _slowly)
    listening = bound("127.0.0.1", 0)
    heard = threading.Event()
    with Shop.open(folder / "shop", create=True) as shop:
        service = _Noted(shop, Settings.of(said))
        server = Running(service, listening, lambda _: heard.set())
        thread = threading.Thread(target=server.run)
        thread.start()
        assert heard.wait(10)
        ASKED.clear()
        yield server, service, address(listening)
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def test_what_was_asked_is_answered_before_it_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _running(tmp_path, monkeypatch) as (server, service, url):
        answers: list[str] = []
        asking = threading.Thread(target=lambda: answers.append(httpx.get(url).text))
        asking.start()
        assert ASKED.wait(10)
        server.should_exit = True
        asking.join(10)
        assert answers == ["at last"]
    assert service.said == ["start", "stop"]


def test_streams_do_not_hold_it_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    with (
        _running(tmp_path, monkeypatch, drain_s=20) as (server, _, url),
        httpx.stream("GET", f"{url}/stream") as stream,
    ):
        parts = stream.iter_raw()
        assert b"data: 1" in next(parts)
        server.should_exit = True
        assert all(b"data" in part for part in parts)  # it ends, as a stream should
    assert time.monotonic() - began < 15


def test_it_waits_for_nobody_longer_than_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _running(tmp_path, monkeypatch, drain_s=0.05) as (server, _, url):
        failed: list[bool] = []

        def ask() -> None:
            with pytest.raises(httpx.HTTPError):
                httpx.get(f"{url}/late", timeout=20)
            failed.append(True)

        asking = threading.Thread(target=ask)
        asking.start()
        assert ASKED.wait(10)
        server.should_exit = True
        asking.join(8)
        assert failed == [True]


def test_an_error_of_the_service_comes_out_as_it_is(tmp_path: Path) -> None:
    class Broken(Service):
        async def start(self) -> None:
            text = "shop.toml: serve.defaults: expected so, got other"
            raise UserError(text)

    told = pytest.raises(UserError, match=r"^shop\.toml: serve\.defaults: expected so, got other$")
    with Shop.open(tmp_path / "shop", create=True) as shop, bound("127.0.0.1", 0) as listening, told:
        Running(Broken(shop), listening).run()


def test_a_port_that_is_taken_is_told() -> None:
    with bound("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        with pytest.raises(UserError) as told:
            bound("127.0.0.1", port)
        assert str(told.value) == f"--port: expected a free port, got {port} (in use)"


def test_the_next_free_port_is_found() -> None:
    with bound("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        assert port < free_port("127.0.0.1", port) < port + 20
    with pytest.raises(UserError) as told:
        free_port("203.0.113.7", 1)
    assert str(told.value) == "--port: expected a free port from 1 to 20, got 'none'"


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "a" * 300])
def test_a_host_that_is_not_this_machine_is_told(host: str) -> None:
    with pytest.raises(UserError, match=r"^--host: expected an address of this machine, got "):
        bound(host, 0)


def test_an_address_reads_as_a_browser_has_it() -> None:
    with bound("0.0.0.0", 0) as everywhere:
        assert address(everywhere) == f"http://127.0.0.1:{everywhere.getsockname()[1]}"
    if socket.has_ipv6:
        with bound("::1", 0) as six:
            assert address(six) == f"http://[::1]:{six.getsockname()[1]}"


def test_room_is_what_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1_000, before[1]))
        assert room(4_096) == 4_096
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 4_352
        assert room(10**9) == min(10**9, before[1] - 256)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
