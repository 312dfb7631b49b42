"""The options of a simulated shop's clock."""

from __future__ import annotations

import pytest

from evercart.commands.clocked import clock_of, clock_words
from evercart.errors import UserError


def test_without_a_speed_it_is_the_walls_clock() -> None:
    assert clock_words(None, 0, 0) == []
    assert clock_of(None, 0, 0).now_us() > 1_600_000_000_000_000


def test_with_one_it_is_handed_on_as_options() -> None:
    clock = clock_of(100, 5_000_000, clock_of(None, 0, 0).now_us())
    assert 5_000_000 <= clock.now_us() < 5_000_000 + 100 * 10_000_000
    assert clock_words(100, 5, 7) == ["--speed", "100", "--origin-us", "5", "--since-us", "7"]


def test_time_stands_still_for_nobody() -> None:
    with pytest.raises(UserError) as told:
        clock_of(0, 0, 0)
    assert str(told.value) == "--speed: expected a number above 0, at most 1,000,000, got 0"
