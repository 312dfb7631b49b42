"""Rates: what is spent comes back with time; memory is bounded."""

from __future__ import annotations

import pytest

from evercart.serve.guards.rates import Rates, household


class Hands:
    def __init__(self) -> None:
        self.s = 100.0

    def now_s(self) -> float:
        return self.s


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_a_burst_then_the_rate(hands: Hands) -> None:
    rates = Rates(hands.now_s)
    assert [rates.wait_s("a", 10, 10) for _ in range(10)] == [0] * 10
    assert rates.wait_s("a", 10, 10) == pytest.approx(0.1)
    assert rates.wait_s("b", 10, 10) == 0
    passed = 0
    for _ in range(1_000):  # ten seconds, asked a hundred times a second
        hands.s += 0.01
        passed += rates.wait_s("a", 10, 10) == 0
    assert 99 <= passed <= 101


def test_rest_fills_no_more_than_the_burst(hands: Hands) -> None:
    rates = Rates(hands.now_s)
    rates.wait_s("a", 10, 3)
    hands.s += 1_000
    assert [rates.wait_s("a", 10, 3) > 0 for _ in range(4)] == [False, False, False, True]


def test_the_wait_is_as_long_as_told(hands: Hands) -> None:
    rates = Rates(hands.now_s)
    rates.wait_s("a", 0.5, 1)
    wait_s = rates.wait_s("a", 0.5, 1)
    assert wait_s == pytest.approx(2)
    hands.s += wait_s
    assert rates.wait_s("a", 0.5, 1) == 0


def test_memory_is_bounded_and_who_asked_last_is_kept(hands: Hands) -> None:
    rates = Rates(hands.now_s, most=100)
    rates.wait_s("steady", 0.001, 1)
    for number in range(10_000):
        rates.wait_s(str(number), 1, 1)
        assert rates.wait_s("steady", 0.001, 1) > 0
    assert len(rates) == 100


@pytest.mark.parametrize(
    ("client", "name"),
    [
        (("192.0.2.7", 5), "192.0.2.7"),
        (("::ffff:192.0.2.7", 5), "192.0.2.7"),
        (("2001:db8:1:2:aaaa::1", 5), "2001:db8:1:2::"),
        (("2001:db8:1:2:bbbb::9", 5), "2001:db8:1:2::"),
        (("2001:db8:1:3::1", 5), "2001:db8:1:3::"),
        (("testclient", 5), "testclient"),
        (("x" * 1000, 5), "x" * 64),
        (None, ""),
    ],
)
def test_what_one_client_may_send_from_counts_as_one(client: tuple[str, int] | None, name: str) -> None:
    assert household(client) == name
