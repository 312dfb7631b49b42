"""Time is read in one place."""

from __future__ import annotations

import time

from evercart.clock import Clock


def test_the_system_clock_is_in_microseconds() -> None:
    before = time.time()
    now = Clock().now_us() / 1e6
    assert before - 1e-3 <= now <= time.time() + 1e-3


def test_a_clock_can_be_handed_in() -> None:
    clock = Clock(now_us=lambda: 7, cpu_s=lambda: 1.5, wall_s=lambda: 2.5)
    assert (clock.now_us(), clock.cpu_s(), clock.wall_s()) == (7, 1.5, 2.5)
