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


def test_a_simulated_clock_runs_at_its_speed() -> None:
    wall = iter([1_000_000, 1_500_000, 3_000_000])
    clock = Clock.at_speed(100, origin_us=7, since_us=1_000_000, wall_us=lambda: next(wall))
    assert [clock.now_us() for _ in range(3)] == [7, 50_000_007, 200_000_007]
    assert (clock.real_s(1_000_000), Clock().real_s(1_000_000)) == (0.01, 1.0)


def test_two_that_are_handed_the_same_numbers_agree() -> None:
    one, other = (Clock.at_speed(10, 0, 1_700_000_000_000_000) for _ in range(2))
    assert abs(one.now_us() - other.now_us()) < 10_000_000
