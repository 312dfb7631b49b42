"""Following a log: rows as they are committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from evercart.events.batch import Events
from evercart.log.log import READ_ROWS, Log

_PAUSE_S: Final = 0.02


def follow(
    log: Log,
    start: int,
    quiet_s: float,
    *,
    columns: Sequence[str] = (),
    kinds: Collection[int] | None = None,
    rows: int = READ_ROWS,
) -> Iterator[Events]:
    """Yield the rows from `start` on as `Log.read` does, then those that come, until none came for `quiet_s`."""
    while log.wait(start, quiet_s):
        stop = log.next_offset
        yield from log.read(start, stop, columns=columns, kinds=kinds, rows=rows)
        start = stop


def poll(due: Callable[[], bool], timeout_s: float) -> bool:
    """Look again and again whether something is due, until it is or the time has passed.

    >>> poll(lambda: False, timeout_s=0)
    False
    """
    until = time.monotonic() + timeout_s
    while not (found := due()) and (left := until - time.monotonic()) > 0:
        time.sleep(min(_PAUSE_S, left))
    return found
