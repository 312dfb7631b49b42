"""What is left out for a reason of one's own."""

from __future__ import annotations

from slates import shown, slate

from evercart.learners.policies.left_out import LeftOut
from evercart.learners.policies.slate import Removed


def test_it_is_left_out_for_the_stated_reason() -> None:
    items = {2}
    part = LeftOut(items, "recalled")
    one = part(slate([3.0, 2.0, 1.0]))
    assert (shown(one), one.removed) == ([1, 3], (Removed("recalled", 1),))
    assert shown(LeftOut(items, "odd", others=True)(slate([3.0, 2.0, 1.0]))) == [2]
    items.clear()
    assert shown(part(slate([3.0, 2.0, 1.0]))) == [1, 2, 3]
