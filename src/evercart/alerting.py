"""Alerting: what the log says about drift or about who is live, sent to whoever asked to be told."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, NamedTuple

import numpy as np

from evercart.chance import uniform
from evercart.durable import writing
from evercart.errors import UserError
from evercart.events.kinds import kind_name, number
from evercart.hook import Hook
from evercart.log import Log
from evercart.log.faults import plainly
from evercart.publish.webhooks import Webhook, send
from evercart.units import SECOND_US

KINDS: Final = ("alarm", "promotion")  # a rollback is a promotion of the model before
MOST: Final = 100  # rows of a message
WAIT_S: Final = 5.0  # how long the end of a process waits for a message on its way
REST_US: Final = 60 * SECOND_US  # after a failure nothing is sent for so long
_READ: Final = 1 << 18  # rows of the log looked at in one go


class Sent(NamedTuple):
    """How far the log has been told."""

    next_offset: int
    failed: str | None  # what went wrong the last time, which is told once


class Alerting:
    """Sends rows of `KINDS` that were not sent yet, at least once each, in order, without holding anybody up.

    log      where they stand
    to       who is told
    path     the file that remembers how far; what stood in the log before it was made is not sent
    now_us   the clock, UTC microseconds
    told     takes a text for people: a failure, once until another one or a success

    `tell` reads the log, which is local, then leaves the network to a thread; while that runs, or waits to try again,
    further calls return at once. A message that was taken but not remembered, as after a kill, is sent again: its rows
    carry their `id` (or their offset), the message an id of its content. One process at a time: the one that learns.
    """

    def __init__(
        self, log: Log, to: Webhook, path: Path, now_us: Callable[[], int], told: Callable[[str], None]
    ) -> None:
        self._log, self._to, self._path, self._now_us, self._told = log, to, path, now_us, told
        self._ending, self._again_us = Event(), 0
        self._thread: Thread | None = None
        self._sent = self._remembered()
        self._looked = self._sent.next_offset  # before it there is nothing left to send

    def tell(self) -> None:
        """Begin to send what is new, unless a message is on its way, or has just failed."""
        if (self._thread and self._thread.is_alive()) or self._now_us() < self._again_us:
            return
        rows = self._new()
        if rows:
            self._thread = Thread(target=self._send, args=(rows,), daemon=True)
            self._thread.start()

    def finish(self, wait_s: float = WAIT_S) -> bool:
        """Wait for the message on its way, no longer than this; return whether none is left on its way."""
        if self._thread:
            self._thread.join(wait_s)
        self._ending.set()
        return self._thread is None or not self._thread.is_alive()

    def _new(self) -> list[dict[str, Any]]:
        """Return the rows to send next, at most `MOST`."""
        wanted, end = {number(name) for name in KINDS}, self._log.next_offset
        for start in range(max(self._looked, self._sent.next_offset), end, _READ):
            found = self._log.names(start, min(start + _READ, end), wanted)
            if found.num_rows:
                return [_plain(row) for row in found.slice(0, MOST).to_pylist()]
            self._looked = min(start + _READ, end)
        return []

    def _send(self, rows: list[dict[str, Any]]) -> None:
        """Send a message, in a thread of its own, that reads no log."""
        try:
            with plainly(self._path):
                send(
                    rows,
                    self._to,
                    now_s=lambda: self._now_us() / SECOND_US,
                    sleep=self._sleep,
                    chance=lambda failed: float(uniform(rows[0]["offset"], np.array([failed]), "webhook")[0]),
                )
                self._remember(Sent(rows[-1]["offset"] + 1, None))
        except UserError as error:
            self._again_us = self._now_us() + REST_US
            text, before = str(error), self._sent.failed
            self._sent = self._sent._replace(failed=text)
            if text != before:
                self._told(f"{text}; to be tried again")
                with suppress(OSError):  # a full disk: then the next process tells it again
                    self._remember(self._sent)

    def _sleep(self, seconds: float) -> None:
        self._ending.wait(seconds)

    def _remembered(self) -> Sent:
        begun = Sent(self._log.next_offset, None)
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            return Sent(int(said["next_offset"]), said["failed"])
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError):
            self._told(
                f"{self._path}: expected how far alarms were sent, got nothing that can be read; sending all again"
            )
            begun = Sent(0, None)
        with plainly(self._path):
            self._remember(begun)
        return begun

    def _remember(self, sent: Sent) -> None:
        with writing(self._path) as file:
            file.write(json.dumps(sent._asdict(), sort_keys=True).encode())
        self._sent = sent


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the log as a message has it: what it says, by name."""
    said = {name: value for name, value in row.items() if value is not None and name != "properties"}
    rest = json.loads(row.get("properties") or "{}")
    plain = {**rest, **said, "kind": kind_name(row["kind"])}
    return {name: value for name, value in plain.items() if not isinstance(value, float) or math.isfinite(value)}


@contextmanager
def alerting(
    hook: Hook | None, log: Log, folder: Path, now_us: Callable[[], int], told: Callable[[str], None]
) -> Iterator[Callable[[], None]]:
    """Send what a block writes into the log, where `shop.toml` says to; the shop's folder remembers how far.

    The block is handed what sends in its midst; all is sent at its end, too.
    """
    if hook is None:
        yield lambda: None
        return
    one = Alerting(log, hook.webhook(os.environ), folder / "webhook.json", now_us, told)
    yield one.tell
    one.tell()
    one.finish()
