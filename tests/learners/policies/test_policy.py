"""From ranked candidates to what is shown."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.learners.policies.available import Available
from evercart.learners.policies.diverse import Diverse
from evercart.learners.policies.explore import Explore, Uniform
from evercart.learners.policies.long_tail import LongTail
from evercart.learners.policies.never_again import NeverAgain
from evercart.learners.policies.policy import Policy
from evercart.learners.policies.similar import SameKey
from evercart.learners.policies.slate import Asked, Removed

ITEMS = np.arange(1, 9).astype(np.uint64)
SCORES = np.array([8.0, 7, 6, 5, 4, 3, 2, 1])


def test_rules_take_their_turns() -> None:
    parts = (
        Available(gone={1}),
        NeverAgain({5: {2}}),
        Diverse(SameKey({3: 1, 4: 1}), weight=0.5),
        LongTail(1, {3, 4, 5, 6}),
        Explore((3,), Uniform(0.5)),
    )
    shown = Policy(parts, k=3).show(ITEMS, SCORES, Asked(1, user=5))
    assert shown.item[:2].tolist() == [3, 5]
    assert shown.item[2] in (4, 6, 7, 8)
    assert shown.chance[2] in (0.5 + 0.5 / 4, 0.5 / 4)
    assert shown.chance[:2].tolist() == [1.0, 1.0]
    assert shown.removed == (Removed("not available", 1), Removed("not wanted by the shopper", 1))
    assert shown.score.tolist() == SCORES[shown.row].tolist()


def test_candidates_may_come_in_any_order_equal_ones_stand_by_hash() -> None:
    shown = Policy(k=4).show(np.array([9, 3, 7, 5], np.uint64), np.array([1.0, 2, 1, 1]), Asked(0))
    assert shown.item.tolist() == [3, 5, 7, 9]


def test_more_places_than_candidates_give_what_there_is() -> None:
    assert len(Policy(k=10**9).show(ITEMS, SCORES, Asked(0))) == 8
    assert len(Policy().show(ITEMS, SCORES, Asked(0), k=2)) == 2


def test_an_empty_answer_says_why() -> None:
    policy = Policy((Available(stock={2}), NeverAgain({5: {2}})))
    shown = policy.show(ITEMS, SCORES, Asked(0, user=5))
    assert len(shown) == 0
    assert shown.empty == "all 8 candidates were filtered: 7 not available, 1 not wanted by the shopper"
    none = policy.show(ITEMS[:0], SCORES[:0], Asked(0))
    assert none.empty == "no candidates: nothing is known yet that could be shown"
    assert policy.show(ITEMS, SCORES, Asked(0)).empty == ""


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"k": 0}, "policy.k: expected at least 1, got 0"),
        ({"k": -3}, "policy.k: expected at least 1, got -3"),
        (
            {"parts": (Explore((1,), Uniform(0.1)), Available())},
            "policy.parts: expected what draws by chance to stand last, got 'Explore'",
        ),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Policy(**given)


@pytest.mark.parametrize("k", [0, -1])
def test_a_question_wants_at_least_one_place(k: int) -> None:
    with pytest.raises(UserError, match=f"^k: expected at least 1, got {k}$"):
        Policy().show(ITEMS, SCORES, Asked(0), k=k)
