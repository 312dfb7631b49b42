"""Clock: the one place where time is read, handed down as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from evercart.errors import require
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
    speed: float = 1.0  # seconds of `now_us` in a second of the wall
    rest_s: Callable[[float], None] = time.sleep  # wait so many seconds of the wall

    def real_s(self, us: float) -> float:
        """Return how many seconds somebody who watches waits for so many microseconds of `now_us`.

        >>> Clock(speed=100.0).real_s(50_000_000)
        0.5
        """
        return us / SECOND_US / self.speed

    def even_us(self) -> int:
        """Return a time that passes as the wall's does, whatever the speed, the same for all who share the clock.

        >>> Clock(lambda: 500, speed=100.0).even_us()
        5
        """
        return self.now_us() if self.speed == 1.0 else int(self.now_us() / self.speed)

    @classmethod
    def at_speed(cls, speed: float, origin_us: int, since_us: int, wall_us: Callable[[], int] = _now_us) -> Self:
        """Return the clock of a simulated shop: it showed `origin_us` when the wall's clock showed `since_us`.

        Processes that are handed the same three numbers agree about the time.

        >>> Clock.at_speed(100, origin_us=5, since_us=1_000, wall_us=lambda: 1_010).now_us()
        1005
        """
        require(0 < speed <= 1e6, "--speed", "a number above 0, at most 1,000,000", speed)
        return cls(now_us=lambda: origin_us + int((wall_us() - since_us) * speed), speed=float(speed))
