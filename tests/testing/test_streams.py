"""Clocks that hurt, durations found in configurations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evercart.testing.streams import durations, even_clock, hurting_clock

MINUTE = 60_000_000


@dataclass(frozen=True)
class Inner:
    window_s: int


@dataclass(frozen=True)
class Outer:
    parts: tuple[Inner, ...] = (Inner(5), Inner(7))
    late_s: float = 0.5
    tick_us: int = 9
    off_s: float = 0.0
    none_s: None = None
    is_s: bool = True
    times: int = 3
    more: dict[str, Any] = field(default_factory=lambda: {"a": Inner(11)})


def test_durations_are_found_at_any_depth() -> None:
    assert durations(Outer()) == (9, 500_000, 5_000_000, 7_000_000, 11_000_000)


def test_time_never_goes_back_and_half_the_rows_are_tied() -> None:
    clocks = [hurting_clock(seed, 400, [MINUTE]) for seed in range(10)]
    steps = np.concatenate([np.diff(clock) for clock in clocks])
    assert (steps >= 0).all()
    assert 0.45 < (steps == 0).mean() < 0.75


def test_rows_lie_a_duration_less_or_more_one_microsecond_after_earlier_ones() -> None:
    clock = hurting_clock(3, 400, [MINUTE, 7 * MINUTE])
    apart = set((clock[:, None] - clock[None, :]).ravel().tolist())
    for gap in (MINUTE, 7 * MINUTE):
        assert {gap - 1, gap, gap + 1} <= apart


def test_some_stretches_are_idle() -> None:
    assert (np.diff(hurting_clock(3, 400, [MINUTE])) > 2 * MINUTE).any()


def test_a_clock_is_its_seed_whatever_follows() -> None:
    assert hurting_clock(5, 50, [MINUTE]).tolist() == hurting_clock(5, 90, [MINUTE])[:50].tolist()
    assert hurting_clock(5, 50, [MINUTE]).tolist() != hurting_clock(6, 50, [MINUTE]).tolist()


def test_an_even_clock_has_so_many_rows_a_span_and_ends_after_one() -> None:
    clock = even_clock(1000, 100, MINUTE, 2)
    assert ((clock > clock[500] - MINUTE) & (clock <= clock[500])).sum() == 100
    assert clock[-1] == clock[-2] == clock[-3] + MINUTE + 1
