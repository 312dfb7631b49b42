"""Lock-out: five failures are free, then the waits grow."""

from __future__ import annotations

import pytest

from evercart.serve.guards.lockout import Lockout
from evercart.serve.problem import TooMany


class Hands:
    def __init__(self) -> None:
        self.s = 100.0

    def now_s(self) -> float:
        return self.s


@pytest.fixture
def hands() -> Hands:
    return Hands()


def wait_s(lockout: Lockout, address: str = "192.0.2.7") -> float:
    try:
        lockout.require(address)
    except TooMany as told:
        assert told.retry_s is not None
        return told.retry_s
    return 0


def test_four_failures_cost_nothing_then_waits_double(hands: Hands) -> None:
    lockout = Lockout(hands.now_s)
    waits = []
    for _ in range(14):
        lockout.failed("192.0.2.7")
        waits.append(wait_s(lockout))
        hands.s += waits[-1]
    assert waits == [0, 0, 0, 0, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


def test_the_text(hands: Hands) -> None:
    lockout = Lockout(hands.now_s)
    for _ in range(6):
        lockout.failed("192.0.2.7")
    with pytest.raises(TooMany) as caught:
        lockout.require("192.0.2.7")
    assert str(caught.value) == "login: expected a pause of 20 s after 6 wrong keys, got 'none'"
    lockout.require("192.0.2.8")


def test_a_wait_ends(hands: Hands) -> None:
    lockout = Lockout(hands.now_s)
    for _ in range(5):
        lockout.failed("192.0.2.7")
    hands.s += 9.9
    assert wait_s(lockout) == pytest.approx(0.1)
    hands.s += 0.1
    assert wait_s(lockout) == 0


def test_a_right_key_forgives(hands: Hands) -> None:
    lockout = Lockout(hands.now_s)
    for _ in range(4):
        lockout.failed("192.0.2.7")
    lockout.passed("192.0.2.7")
    lockout.failed("192.0.2.7")
    assert wait_s(lockout) == 0


def test_time_forgets(hands: Hands) -> None:
    lockout = Lockout(hands.now_s)
    for _ in range(4):
        lockout.failed("192.0.2.7")
    hands.s += 901
    lockout.failed("192.0.2.7")
    assert wait_s(lockout) == 0


def test_memory_is_bounded(hands: Hands) -> None:
    lockout = Lockout(hands.now_s, most=100)
    for number in range(10_000):
        lockout.failed(f"192.0.{number >> 8}.{number & 255}")
    assert len(lockout) == 100


def test_many_failures_overflow_nothing(hands: Hands) -> None:
    lockout = Lockout(hands.now_s)
    for _ in range(5_000):
        lockout.failed("192.0.2.7")
    assert wait_s(lockout) == 900
