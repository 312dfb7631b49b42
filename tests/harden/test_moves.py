"""Each change has its price."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.harden.attempts import Attempt
from evercart.harden.moves import Another, Lower, Prices, Split, Wait
from evercart.units import HOUR_S, MISSING, SECOND_US

BEGIN = Attempt({"amount": 900, "place": 5}, cost=7.0)


def test_what_each_changes_at_what_cost() -> None:
    others = {"place": np.array([8, 9], np.uint64)}
    assert Wait(100.0, (2,))(BEGIN, 0, {})[1:4] == (2 * HOUR_S * SECOND_US, 1, 207.0)
    assert Another("place", 50.0, 2)(BEGIN, 1, others)[:4] == ({"amount": 900, "place": 9}, 0, 1, 57.0)
    assert Split(20.0, (3,))(BEGIN, 0, {})[2:] == (3, 47.0, ("split",))
    assert Lower((0.5,))(BEGIN, 0, {})[0]["amount"] == 450


def test_what_cannot_be_changed_stays() -> None:
    for amount in (MISSING, -5, 0, 1):
        nothing = Attempt({"amount": amount})
        assert Lower()(nothing, 0, {}) is nothing
        assert Split(1.0)(nothing, 0, {}) is nothing
    once = Split(1.0)(BEGIN, 0, {})
    assert Split(1.0)(once, 0, {}) is once


def test_a_card_stands_for_its_holder() -> None:
    def swapped(parties: list[str]) -> list[tuple[str, float]]:
        return [(move.column, move.price) for move in Prices().moves(parties, 100) if isinstance(move, Another)]

    assert swapped(["user", "place"]) == [("user", 3000.0), ("place", 1000.0)]
    assert swapped(["user", "card", "device"]) == [("card", 3000.0), ("device", 1000.0)]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Lower(()), "lower.shares: expected numbers between 0 and 1, got ()"),
        (lambda: Wait(-1), "wait.price: expected 0 or more, got -1"),
        (lambda: Wait(1, (0,)), "wait.hours: expected numbers above 0, got (0,)"),
        (lambda: Another("place", -1), "another.price: expected 0 or more, got -1"),
        (lambda: Another("place", 1, 0), "another.tries: expected at least 1, got 0"),
        (lambda: Split(-1), "split.price: expected 0 or more, got -1"),
        (lambda: Split(1, (1,)), "split.parts: expected integers of at least 2, got (1,)"),
    ],
)
def test_bad_settings(make: Any, text: str) -> None:
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
