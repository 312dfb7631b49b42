"""The load generator: what it sends, what it counts, how it tells the time."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))  # they are scripts: no package holds them
import loading
from loading import NO_COMPILER, NOW_US, NUMBER, Load, Stream, request

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason=NO_COMPILER)

GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{'confirmed':"
Answer = Callable[[int], tuple[float, bytes]]  # of the how-manieth request: seconds to wait, what is sent


class Server(asyncio.Protocol):
    """Answers each request as it is told; keeps what it got."""

    def __init__(self, answer: Answer, got: list[bytes]) -> None:
        self._answer, self._got = answer, got

    def connection_made(self, transport: Any) -> None:
        self._out = transport

    def data_received(self, data: bytes) -> None:
        self._got.append(data)
        wait_s, said = self._answer(len(self._got))
        asyncio.get_running_loop().call_later(wait_s, self._say, said)

    def _say(self, said: bytes) -> None:
        if said:
            self._out.write(said)
        else:
            self._out.abort()


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[int, list[bytes]]]:
    """Hand out the port, the requests that came."""
    loop = asyncio.new_event_loop()
    got: list[bytes] = []
    server = loop.run_until_complete(loop.create_server(lambda: Server(answer, got), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], got
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


def test_requests_go_out_at_the_rate_each_with_a_number_of_its_own() -> None:
    requests = [request("GET", "/first"), request("POST", "/second", b'{"id":"%s","us":%s}' % (NUMBER, NOW_US))]
    with serving(lambda at: (0, GOOD + (b"true}" if at % 4 else b"fals}")[-3:])) as (port, got):
        load = Load(port, [Stream("both", requests, 200, open=2)], 0.5, marks={"false": b"ls}", "never": b"x" * 9})
        sent = load.end()["both"]
    assert len(got) == 100
    told = sent.summary()
    assert told["statuses"] == {"200": 100}
    assert told["marks"] == {"false": 25, "never": 0}
    assert np.allclose(sent.sent_ns / 1e9, np.arange(100) / 200, atol=0.1)
    assert [rows[1] for rows in sent.series()] == [100]
    posts = [each.partition(b"\r\n\r\n")[2] for each in got if each.startswith(b"POST /second HTTP/1.1\r\n")]
    numbers, times = zip(*((int(each[7:23]), int(each[30:46])) for each in posts), strict=True)
    assert len(set(numbers)) == 50
    assert times[-1] - times[0] == pytest.approx(490_000, abs=100_000)


def test_a_server_that_halts_is_charged_for_those_that_it_kept_waiting() -> None:
    with serving(lambda at: (0.3 if 20 <= at < 22 else 0, GOOD + b"no}")) as (port, _):
        sent = Load(port, [Stream("held", [request("GET", "/")], 100, open=2, most=2)], 0.6).end()["held"]
    late = sent.latency_us / 1e3
    assert sent.summary()["statuses"] == {"200": 60}
    assert 20 <= (late > 50).sum() <= 35, "a request was due every 10 ms, nobody could take it"
    assert sent.waited >= 20
    assert late[25] == pytest.approx(250, abs=40)
    assert sent.latency_us[:15].max() < 50_000


def test_more_connections_are_opened_where_those_of_the_start_are_busy() -> None:
    with serving(lambda at: (0.1, GOOD + b"no}")) as (port, _):
        sent = Load(port, [Stream("slow", [request("GET", "/")], 100, open=1)], 0.5).end()["slow"]
    assert sent.opened_late >= 8
    assert sent.waited == 0
    assert sent.summary()["ms"]["p50"] == pytest.approx(100, abs=30)


def test_what_goes_wrong_is_counted_by_its_kind() -> None:
    said = {0: GOOD + b"no}", 1: b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", 2: b"", 3: GOOD[:30]}
    with serving(lambda at: (0, said[at % 4])) as (port, _):
        load = Load(port, [Stream("bad", [request("GET", "/")], 100, open=1)], 0.4, timeout_s=0.3)
        told = load.end()["bad"].summary()
    assert told["statuses"] == {"200": 10, "503": 10, "broken off": 10, "timed out": 10}
    assert told["good"] == 10


def test_a_rate_of_none_asks_again_as_soon_as_it_is_answered() -> None:
    with serving(lambda at: (0.02, GOOD + b"no}")) as (port, _):
        sent = Load(port, [Stream("fast", [request("GET", "/")], 0, open=4, most=4)], 0.4).end()["fast"]
    assert 40 <= len(sent.status) <= 84
    assert set(sent.status.tolist()) == {200}


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(lambda at: (0, b"")) as (port, _):
        pass
    with pytest.raises(SystemExit, match=r"^load: none: expected a server that takes connections, got none$"):
        Load(port, [Stream("none", [request("GET", "/")], 10)], 0.1).end()
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setenv("EVERCART_CACHE", str(tmp_path))
    with pytest.raises(SystemExit) as told:
        loading.compiled()
    assert str(told.value) == "load: expected a C compiler, got none; on Debian: apt-get install gcc libc6-dev"
