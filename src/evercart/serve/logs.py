"""Logs: one JSON object a line, written beside the event loop, without a word about shoppers.

A line of `evercart.access` names an address by its template, as paths hold the names of shoppers; a fault is told by
its type with the places it came through, as messages may quote what was sent.
"""

from __future__ import annotations

import logging
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread, current_thread
from typing import Final, NamedTuple, TextIO

import msgspec

from evercart.clock import Clock
from evercart.units import SECOND_US

ACCESS: Final = logging.getLogger("evercart.access")
_EVERY_S: Final = 0.1  # a line waits so long at most
_MOST: Final = 10_000  # lines that may wait: further ones are dropped, counted


class Asked(NamedTuple):
    """What the log tells of a request.

    time    when it was answered, microseconds at first
    key     id of the key that asked, "" without one
    """

    time: int
    id: str
    method: str
    route: str
    status: int
    micros: int
    bytes_in: int
    bytes_out: int
    key: str

    def line(self) -> str:
        """Return it as JSON.

        >>> Asked(0, "1", "GET", "/healthz", 200, 85, 0, 6, "").line()
        '{"time":"1970-01-01T00:00:00.000000Z","id":"1","method":"GET","route":"/healthz","status":200,...}'
        """
        return msgspec.json.encode({**self._asdict(), "time": moment(self.time)}).decode()


def moment(us: int) -> str:
    """Return a time as JSON has it.

    >>> moment(1_500_000)
    '1970-01-01T00:00:01.500000Z'
    """
    whole = datetime.fromtimestamp(us // SECOND_US, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{us % SECOND_US:06d}Z"


class Behind:
    """A thread that does small things later, in order; what does not fit its queue is dropped.

    It begins with the first thing, ends with `stop`, begins again after.
    """

    def __init__(self, do: Callable[[object], None], most: int = _MOST, every_s: float = _EVERY_S) -> None:
        self._do, self._most, self._every_s = do, most, every_s
        self._waiting: deque[object] = deque()
        self._ends = Event()
        self._thread: Thread | None = None
        self.dropped = 0

    def put(self, thing: object) -> None:
        """Have a thing done later, or drop it; never waits."""
        if len(self._waiting) >= self._most:
            self.dropped += 1
            return
        self._waiting.append(thing)
        if self._thread is None:
            self._ends.clear()
            self._thread = Thread(target=self._run, name="evercart lines", daemon=True)
            self._thread.start()

    def stop(self, patience_s: float = 5) -> None:
        """Do what waits, then end the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ends.set()
            thread.join(patience_s)

    def mine(self) -> bool:
        """Return whether it is this thread that asks."""
        return current_thread() is self._thread

    def _run(self) -> None:
        while not self._ends.wait(self._every_s):
            self._drain()
        self._drain()

    def _drain(self) -> None:
        while self._waiting:
            self._do(self._waiting.popleft())


class AccessLog:
    """The lines about requests: taken in at once, handed to `logging` later by a thread of their own."""

    def __init__(self, clock: Clock | None = None, most: int = _MOST) -> None:
        self._now_us = (clock or Clock()).now_us
        self.behind = Behind(_hand_over, most)

    @property
    def dropped(self) -> int:
        """Return how many lines did not fit a queue, here or where they are written."""
        handlers = [one for one in logging.getLogger().handlers if isinstance(one, LinesHandler)]
        return self.behind.dropped + sum(one.behind.dropped for one in handlers)

    def request(
        self, id: str, method: str, route: str, status: int, seconds: float, bytes_in: int, bytes_out: int, key: str
    ) -> None:
        """Tell of a request, where anyone listens."""
        if ACCESS.isEnabledFor(logging.INFO):
            micros = round(seconds * SECOND_US)
            self.behind.put((self._now_us(), id, method, route, status, micros, bytes_in, bytes_out, key))

    def stop(self) -> None:
        """Write what waits."""
        self.behind.stop()


def _hand_over(said: object) -> None:
    line = Asked._make(said).line()  # type: ignore[arg-type]
    ACCESS.handle(logging.LogRecord(ACCESS.name, logging.INFO, "", 0, line, None, None))


class Lines(logging.Formatter):
    """What makes one JSON object of a record.

    messages    whether those of faults are told, too: they may quote what was sent
    """

    def __init__(self, *, messages: bool = False) -> None:
        super().__init__()
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        """Return a line."""
        if record.name == ACCESS.name:
            return record.getMessage()
        said: dict[str, object] = {
            "time": moment(int(record.created * SECOND_US)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["fault"] = _fault(record.exc_info[1], self._messages)
        return msgspec.json.encode(said).decode()


def _fault(error: BaseException, messages: bool) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    said: dict[str, object] = {"type": type(error).__name__, "through": places}
    if messages:
        said["message"] = str(error)
    cause = error.__cause__ or error.__context__
    return said | ({"after": _fault(cause, messages)} if cause is not None else {})


class LinesHandler(logging.Handler):
    """What writes records to a stream from a thread of its own, so that a slow reader keeps nobody waiting."""

    def __init__(self, stream: TextIO, most: int = _MOST) -> None:
        super().__init__()
        self._stream = stream
        self.behind = Behind(self._write, most)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record in."""
        try:
            self.behind.put(self.format(record))
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Write what waits."""
        self.behind.stop()
        super().close()

    def _write(self, line: object) -> None:
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):  # its reader has gone
            self.behind.dropped += 1


def begin(stream: TextIO, *, access: bool | None = None) -> LinesHandler:
    """Send this process's logs to a stream, warnings of everything, requests too with `access`.

    access    None: unless the stream is a terminal
    """
    handler = LinesHandler(stream)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    ACCESS.setLevel(logging.INFO if (not stream.isatty() if access is None else access) else logging.WARNING)
    return handler


def end(handler: LinesHandler) -> None:
    """Write what waits, let go of the stream."""
    logging.getLogger().removeHandler(handler)
    handler.close()
