"""The numbers of actions stand in logs: they never change."""

from __future__ import annotations

from evercart.events.actions import ACTIONS, CHALLENGE, DECLINE, STOPS


def test_the_numbers_of_actions_stay() -> None:
    assert ACTIONS == ("approve", "challenge", "review", "decline")
    assert STOPS == (CHALLENGE, DECLINE) == (1, 3)
