"""Clock: the one place where time is read, handed down as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from evercart.units import SECOND_US


def _now_us() -> int:
    return time.time_ns() * SECOND_US // 1_000_000_000


@dataclass(frozen=True)
class Clock:
    """What a process may ask about time; tests hand in their own.

    >>> Clock(now_us=lambda: 5).now_us()
    5
    """

    now_us: Callable[[], int] = _now_us  # UTC microseconds
    cpu_s: Callable[[], float] = time.process_time
    wall_s: Callable[[], float] = time.perf_counter
