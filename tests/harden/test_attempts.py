"""An attempt is a value: a changed one leaves it as it was."""

from __future__ import annotations

from evercart.harden.attempts import Attempt, Move
from evercart.harden.moves import Lower


def test_a_move_leaves_the_attempt_it_was_given() -> None:
    begin, move = Attempt({"amount": 1000, "user": 3}), Lower((0.25,))
    made: Attempt = move(begin, 0, {})
    kind: Move = move
    assert begin == Attempt({"amount": 1000, "user": 3})
    assert made == Attempt({"amount": 250, "user": 3}, cost=750.0, ways=("lower",))
    assert kind.options == 1
