"""Ticks: the rows of a log that grows, handed out as their ticks close."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from evercart.events.batch import Events
from evercart.labels.turns import tick_of
from evercart.log import Log
from evercart.loop import Ring, parted

ROWS: Final = 1 << 16  # of a batch: what a stop waits for
AGAIN_S, LATE_S = 0.6, 1.0  # between two reads: where time has closed a tick, where rows have
QUIET_S: Final = 0.1  # without a row, until a heartbeat says that time goes on
IDLE_S: Final = 10.0  # between heartbeats in a shop where nothing happens


class Ticks:
    """What follows an offset of a log, in whole ticks; nothing is read twice.

    wall_s    the clock by which reads are kept apart; which tick a row is in follows from its log time alone
    """

    def __init__(self, ring: Ring, log: Log, at: int, wall_s: Callable[[], float]) -> None:
        self._ring, self._log, self._wall_s = ring, log, wall_s
        self._read_s = self._new_s = self._beat_s = -np.inf
        self._beaten = -1  # next offset right after a heartbeat of ours
        self.again(at)

    def again(self, at: int) -> None:
        """Begin anew at an offset."""
        self._next, self._end, self._last_us = at, at, 0
        self._kept: Events | None = None

    @property
    def end(self) -> int:
        """Return the next offset of the log, as it was found last."""
        return self._end

    def due(self) -> bool:
        """Look at the log; return whether a tick has closed whose rows are to be handed out now."""
        end, now_s = self._log.next_offset, self._wall_s()
        if end != self._end:
            self._end, self._last_us, self._new_s = end, self._log.last_us, now_s
        if self._kept is None:
            return end > self._next
        waited_s = now_s - self._read_s
        if end == self._next or waited_s < AGAIN_S:
            return False
        open_us = int(self._kept.logged_us[-1])
        if self._last_us // self._ring.tick.us > open_us // self._ring.tick.us:
            return True
        return waited_s >= LATE_S and self._tick(self._last_us, end - 1) > self._tick(open_us, self._next - 1)

    def _tick(self, us: int, offset: int) -> int:
        tick = self._ring.tick
        return int(tick_of(np.array([us]), np.array([offset]), tick.us, tick.events)[0])

    def closed(self) -> Iterator[Events]:
        """Yield the rows of ticks that have closed; those of the one that is open are kept for the next time.

        Who does not take all of it begins `again`.
        """
        self._read_s = self._wall_s()
        for batch in self._ring.read(self._log, self._next, self._end, rows=ROWS):
            rows, self._kept = parted(self._kept, batch, self._ring.tick)
            self._next = int(batch.offset[-1]) + 1
            if len(rows):
                yield rows

    def beat(self, now_us: int) -> bool:
        """Write a heartbeat where a tick would otherwise stay open, or nothing has happened for long.

        A log that keeps history's clock has none.
        """
        quiet_s = QUIET_S if self._end != self._beaten else IDLE_S
        now_s, tick_us = self._wall_s(), self._ring.tick.us
        if now_s - max(self._new_s, self._beat_s) < quiet_s or now_us // tick_us <= self._last_us // tick_us:
            return False
        self._beat_s = now_s
        if not self._end or self._log.live_from is None or not self._log.heartbeat(now_us):
            return False
        self._beaten = self._log.next_offset
        return True
