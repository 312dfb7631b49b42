"""What one client may do to the server."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from evercart import Shop
from evercart.serve.connection import HEAD_BYTES
from evercart.serve.running import Running, bound
from evercart.serve.service import Service
from evercart.serve.settings import Settings
from evercart.testing.serving import living, served


@contextmanager
def _serving(folder: Path, **said: float) -> Iterator[str]:
    with Shop.open(folder / "shop", create=True) as shop, served(shop, Settings.of(said)) as url:
        yield url


def _client(url: str, said: bytes = b"") -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    made = socket.create_connection((host, int(port)), timeout=10)
    made.sendall(said)
    return made


def _all(client: socket.socket) -> bytes:
    """Read until the server hangs up."""
    with client:
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_a_thousand_slow_clients_starve_nobody_then_are_hung_up_on(tmp_path: Path) -> None:
    with _serving(tmp_path, slow_s=1.5) as url:
        slow = [_client(url, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: ") for _ in range(1_000)]
        began = time.monotonic()
        with httpx.Client(base_url=url, timeout=2) as quick:
            for _ in range(50):
                assert quick.get("/healthz").status_code == 200
        for each in slow:
            assert _all(each).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert time.monotonic() - began < 30


def test_a_client_that_says_nothing_is_hung_up_on(tmp_path: Path) -> None:
    with _serving(tmp_path, slow_s=0.3) as url:
        assert _all(_client(url)).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_trickles_is_not_waited_for(tmp_path: Path) -> None:
    with _serving(tmp_path, slow_s=0.5) as url:
        client = _client(url, b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n")
        began = time.monotonic()
        while not select.select([client], [], [], 0.2)[0] and time.monotonic() < began + 8:
            client.send(b"x")
        assert time.monotonic() - began < 4
        client.close()


def test_a_keep_alive_connection_may_rest(tmp_path: Path) -> None:
    with _serving(tmp_path, slow_s=0.2) as url, _client(url) as client:
        ask = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
        client.sendall(ask)
        assert client.recv(4_096).startswith(b"HTTP/1.1 200 ")
        time.sleep(1.5)
        client.sendall(ask)
        assert client.recv(4_096).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "said",
    [
        b"GET /" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\n" + b"".join(b"x-%d: 1\r\n" % i for i in range(5_000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"a" * (HEAD_BYTES + 1),  # never ends
    ],
)
def test_a_head_of_more_than_32_kb_is_refused(tmp_path: Path, said: bytes) -> None:
    with _serving(tmp_path) as url:
        assert _all(_client(url, said)).startswith(b"HTTP/1.1 431 ")
        assert httpx.get(f"{url}/healthz").status_code == 200


def test_who_waits_longest_makes_room(tmp_path: Path) -> None:
    with _serving(tmp_path, connections=10) as url:
        first = _client(url)
        others = [_client(url) for _ in range(9)]
        assert httpx.get(f"{url}/healthz").status_code == 200
        answer = _all(first)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in answer
        others[-1].sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert others[-1].recv(4_096).startswith(b"HTTP/1.1 200 ")
        for each in others:
            each.close()


def test_all_make_room_where_many_come_at_once(tmp_path: Path) -> None:
    """What comes while the server is busy is taken in at one time of its clock."""
    listener = bound("127.0.0.1", 0)
    with Shop.open(tmp_path / "shop", create=True) as shop, ExitStack() as open_ones:
        server = Running(Service(shop, Settings.of({"connections": 10})), listener)
        clients = [_client(f"http://127.0.0.1:{listener.getsockname()[1]}") for _ in range(14)]
        with living(server, listener):
            assert [_all(each)[:13] for each in clients[:4]] == [b"HTTP/1.1 503 "] * 4
            for each in clients[4:]:
                open_ones.enter_context(each)
                each.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
                assert each.recv(4_096).startswith(b"HTTP/1.1 200 ")


def test_rubbish_is_answered_with_400(tmp_path: Path) -> None:
    with _serving(tmp_path) as url:
        assert _all(_client(url, b"\x16\x03\x01\x02\x00 hello\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


def test_requests_in_one_write_are_answered_in_turn(tmp_path: Path) -> None:
    with _serving(tmp_path) as url:
        ask = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
        last = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        assert _all(_client(url, ask * 3 + last)).count(b"HTTP/1.1 200 ") == 4
