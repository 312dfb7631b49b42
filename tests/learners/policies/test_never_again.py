"""What a shopper does not want to see."""

from __future__ import annotations

from slates import shown, slate

from evercart.learners.policies.never_again import NeverAgain
from evercart.learners.policies.slate import Asked, Removed


def test_what_one_has_blocked_others_may_see() -> None:
    blocked = {7: {1, 3}}
    part = NeverAgain(blocked)
    mine = part(slate([5, 4, 3, 2], asked=Asked(0, user=7)))
    assert shown(mine) == [2, 4]
    assert mine.removed == (Removed("not wanted by the shopper", 2),)
    for user in (0, 8):
        assert shown(part(slate([5, 4, 3, 2], asked=Asked(0, user=user)))) == [1, 2, 3]
    blocked[8] = {2}
    assert shown(part(slate([5, 4, 3, 2], asked=Asked(0, user=8)))) == [1, 3, 4]
