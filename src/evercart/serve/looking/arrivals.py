"""Arrivals: how many events of each kind the log took, day by day."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Final, NamedTuple

import numpy as np

from evercart.events.kinds import kind_name
from evercart.log import Log
from evercart.units import DAY_US
from evercart.zones import local_us

MOST_READ: Final = 1 << 23  # rows of a log whose arrivals are counted, from its end
MOST_BARS: Final = 90
_SPANS: Final = (1, 7, 28, 91, 364)  # days that one bar may stand for
_KINDS: Final = 1 << 15


class Bar(NamedTuple):
    """Some days with what came in them.

    day      the first, counted from 1 January 1970
    counts   by kind, in the order of `Arrived.kinds`
    """

    day: int
    counts: tuple[int, ...]


class Arrived(NamedTuple):
    """What came when.

    kinds    those that came most first
    days     that each bar stands for
    first    offset from which on it was counted
    """

    kinds: tuple[str, ...]
    bars: tuple[Bar, ...]
    days: int
    first: int


class Arrivals:
    """Counts a log's rows as they come; may be asked by several threads.

    zone    in which days begin
    """

    def __init__(self, log: Log, zone: str, most: int = MOST_READ) -> None:
        self._log, self._zone = log, zone
        self._lock = Lock()
        self._first = self._at = max(0, log.next_offset - most)
        self._counts: Counter[int] = Counter()

    def now(self) -> Arrived:
        """Return all that came by now."""
        with self._lock:
            for events in self._log.read(self._at):
                codes = local_us(events.logged_us, self._zone) // DAY_US * _KINDS + events.kind
                self._counts.update(dict(zip(*(a.tolist() for a in np.unique(codes, return_counts=True)), strict=True)))
                self._at = int(events.offset[-1]) + 1
            return _arrived(dict(self._counts), self._first)


def _arrived(counts: dict[int, int], first: int) -> Arrived:
    if not counts:
        return Arrived((), (), 1, first)
    totals: Counter[int] = Counter()
    for code, n in counts.items():
        totals[code % _KINDS] += n
    kinds = [kind for kind, _ in totals.most_common()]
    start, last = min(counts) // _KINDS, max(counts) // _KINDS
    days = next((span for span in _SPANS if (last - start) // span < MOST_BARS), (last - start) // MOST_BARS + 1)
    table = np.zeros(((last - start) // days + 1, len(kinds)), np.int64)
    for code, n in counts.items():
        table[(code // _KINDS - start) // days, kinds.index(code % _KINDS)] += n
    bars = tuple(Bar(start + at * days, tuple(row)) for at, row in enumerate(table.tolist()))
    return Arrived(tuple(kind_name(kind) for kind in kinds), bars, days, first)
