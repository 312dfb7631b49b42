"""Logs: JSON lines that keep nobody waiting, that say nothing about shoppers."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from evercart.clock import Clock
from evercart.serve.logs import ACCESS, AccessLog, Behind, Lines, begin, end

LOG = logging.getLogger("evercart.serve")


class Blocked(io.StringIO):
    """A stream whose reader sleeps until it is woken."""

    def __init__(self) -> None:
        super().__init__()
        self.awake, self.asleep = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.asleep.set()
        assert self.awake.wait(10)
        return super().write(text)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, levels = logging.getLogger(), (logging.getLogger().level, ACCESS.level)
    yield
    root.setLevel(levels[0])
    ACCESS.setLevel(levels[1])


def ask(log: AccessLog, id: str = "1") -> None:
    log.request(id, "GET", "/v1/profile/{user}", 200, 0.0012345, 0, 512, "0a1b2c3d")


def test_a_request_is_a_line_of_json() -> None:
    stream = io.StringIO()
    handler = begin(stream, access=True)
    log = AccessLog(Clock(now_us=lambda: 1_500_000))
    ask(log)
    log.stop()
    end(handler)
    assert json.loads(stream.getvalue()) == {
        "time": "1970-01-01T00:00:01.500000Z",
        "id": "1",
        "method": "GET",
        "route": "/v1/profile/{user}",
        "status": 200,
        "micros": 1234,
        "bytes_in": 0,
        "bytes_out": 512,
        "key": "0a1b2c3d",
    }


def test_where_nobody_listens_nothing_is_kept() -> None:
    ACCESS.setLevel(logging.WARNING)
    log = AccessLog()
    ask(log)
    assert not log.behind._waiting
    assert log.behind._thread is None


@pytest.mark.parametrize(
    ("terminal", "access", "lines"), [(True, None, 0), (False, None, 1), (True, True, 1), (False, False, 0)]
)
def test_a_terminal_is_spared_unless_asked_for(terminal: bool, access: bool | None, lines: int) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    stream = Stream()
    handler = begin(stream, access=access)
    log = AccessLog()
    ask(log)
    log.stop()
    end(handler)
    assert stream.getvalue().count("\n") == lines


def test_a_slow_reader_keeps_nobody_waiting_and_lines_are_dropped_and_counted() -> None:
    stream = Blocked()

    def slow(_: Any) -> None:
        stream.write("x")

    behind = Behind(slow, most=5, every_s=0.001)
    behind.put(0)
    assert stream.asleep.wait(10)
    for number in range(100):
        behind.put(number)
    assert behind.dropped == 95
    stream.awake.set()
    behind.stop()
    assert stream.getvalue() == "x" * 6


def test_lines_stay_in_order_and_none_is_lost_at_a_stop() -> None:
    stream = io.StringIO()
    handler = begin(stream, access=True)
    log = AccessLog()
    for number in range(1_000):
        ask(log, str(number))
    log.stop()
    ask(log, "1000")  # it begins again
    log.stop()
    end(handler)
    assert [json.loads(line)["id"] for line in stream.getvalue().splitlines()] == [str(n) for n in range(1_001)]


def test_a_fault_is_told_without_what_was_sent() -> None:
    names = ["household-17", "household-18"]
    stream = io.StringIO()
    handler = begin(stream)
    try:
        try:
            raise KeyError(names[0])
        except KeyError:
            raise ValueError(names[1]) from None
    except ValueError as error:
        LOG.error("request %s", "abc", exc_info=error)
    end(handler)
    said = json.loads(stream.getvalue())
    assert (said["level"], said["logger"], said["text"]) == ("error", "evercart.serve", "request abc")
    assert said["fault"]["type"] == "ValueError"
    assert said["fault"]["after"]["type"] == "KeyError"
    assert said["fault"]["through"][0].endswith("test_a_fault_is_told_without_what_was_sent")
    assert "household" not in stream.getvalue()


def test_messages_are_told_where_that_is_asked_for() -> None:
    record = logging.LogRecord("evercart.serve", logging.ERROR, "", 0, "x", None, (ValueError, ValueError("a"), None))
    assert json.loads(Lines(messages=True).format(record))["fault"] == {
        "type": "ValueError",
        "through": [],
        "message": "a",
    }


def test_a_line_feed_in_a_text_begins_no_line() -> None:
    stream = io.StringIO()
    handler = begin(stream)
    LOG.warning('one\n{"forged": true}')
    end(handler)
    assert len(stream.getvalue().splitlines()) == 1


def test_a_reader_that_has_gone_is_no_error() -> None:
    stream = io.StringIO()
    handler = begin(stream)
    stream.close()
    LOG.warning("x")
    end(handler)
    assert handler.behind.dropped == 1


def test_lines_that_a_slow_reader_lost_are_counted() -> None:
    handler = begin(io.StringIO(), access=True)
    log = AccessLog()
    log.behind.dropped, handler.behind.dropped = 2, 3
    assert log.dropped == 5
    end(handler)
    assert log.dropped == 2
