"""Which items are no longer new."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.hashing import U64
from evercart.learners.neighbours.content_grown import Grown
from evercart.learners.neighbours.content_pools import Pools, click, known, pools
from evercart.learners.policies.long_tail import LongTail
from evercart.learners.policies.policy import Policy
from evercart.learners.policies.slate import Asked
from evercart.units import DAY_US

OLD, NEW, STRANGE = (1 << 63) + 1, (1 << 63) + 2, 3


def state() -> Pools:
    found = pools(2, 2).roomy(4, 4)
    known(found, U64(OLD), 0)
    known(found, U64(NEW), 9 * DAY_US)
    return found


def test_an_item_is_new_for_a_week_after_its_first_row() -> None:
    grown = Grown(state(), 10 * DAY_US)
    assert [item in grown for item in (OLD, NEW, STRANGE)] == [True, False, True]
    assert NEW in Grown(state(), 16 * DAY_US)
    assert NEW in Grown(state(), 10 * DAY_US, new_s=86400.0)
    clicked = state()
    click(clicked, 0, 9 * DAY_US, 1.0)
    assert [item in Grown(clicked, 10 * DAY_US, clicked=True) for item in (OLD, NEW, STRANGE)] == [False, True, True]
    with pytest.raises(UserError, match=r"^grown.new_s: expected more than 0, got 0$"):
        Grown(state(), 0, new_s=0)


def test_a_policy_keeps_a_place_for_the_new() -> None:
    policy = Policy((LongTail(1, Grown(state(), 10 * DAY_US)),), k=2)
    items = np.array([OLD, STRANGE, NEW], np.uint64)
    assert policy.show(items, np.array([3.0, 2.0, 1.0]), Asked(0)).item.tolist() == [OLD, NEW]
