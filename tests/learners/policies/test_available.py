"""What can be had."""

from __future__ import annotations

from slates import shown, slate

from evercart.learners.policies.available import Available
from evercart.learners.policies.slate import Removed


def test_only_what_is_in_stock_is_shown() -> None:
    one = Available(stock={2, 4})(slate([5, 4, 3, 2]))
    assert shown(one) == [2, 4]
    assert one.removed == (Removed("not available", 2),)


def test_what_is_gone_is_not_shown_from_the_next_answer_on() -> None:
    gone: set[int] = set()
    part = Available(gone=gone)
    assert shown(part(slate([5, 4, 3]))) == [1, 2, 3]
    gone.add(1)
    assert shown(part(slate([5, 4, 3]))) == [2, 3]


def test_of_nothing_nothing_is_left_out() -> None:
    assert Available(stock=())(slate([])).removed == ()
