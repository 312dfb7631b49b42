"""Good items, unlike each other."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from slates import shown, slate

from evercart.errors import UserError
from evercart.learners.policies.diverse import Diverse
from evercart.learners.policies.similar import SameKey

TWINS = SameKey({1: 7, 2: 7, 3: 7, 4: 8, 5: 9})


def _by_hand(scores: list[float], alike: np.ndarray, weight: float, k: int) -> list[int]:
    """Follow the formula as it stands in the source."""
    relevance = (np.array(scores) - min(scores)) / (max(scores) - min(scores))
    chosen: list[int] = []
    while len(chosen) < k:
        left = [i for i in range(len(scores)) if i not in chosen]
        worth = {
            i: weight * relevance[i] - (1 - weight) * max((alike[i, j] for j in chosen), default=0.0) for i in left
        }
        chosen.append(max(left, key=lambda i: worth[i]))
    return [i + 1 for i in chosen]


def test_twins_make_room() -> None:
    one = Diverse(TWINS, weight=0.5)(slate([5, 4.9, 4.8, 4, 3]))
    assert shown(one) == [1, 4, 5]
    assert dict(one.marks) == {3: "diverse", 4: "diverse"}
    assert sorted(one.items.tolist()) == [1, 2, 3, 4, 5]


def test_a_weight_of_one_leaves_the_rankers_order() -> None:
    one = Diverse(TWINS, weight=1.0)(slate([5, 4.9, 4.8, 4, 3]))
    assert (shown(one), one.marks) == ([1, 2, 3], ())


@pytest.mark.parametrize("weight", [0.2, 0.5, 0.8])
def test_it_is_the_sources_formula(weight: float) -> None:
    rng = np.random.default_rng(4)
    scores = sorted(rng.normal(size=12).tolist(), reverse=True)
    alike = rng.random((12, 12))
    alike = (alike + alike.T) / 2
    one = Diverse(lambda items: alike[np.ix_(items - 1, items - 1)], weight)(slate(scores, k=6))
    assert shown(one) == _by_hand(scores, alike, weight, 6)


def test_one_item_or_equal_scores_are_no_trouble() -> None:
    assert shown(Diverse(TWINS)(slate([1.0]))) == [1]
    assert shown(Diverse(TWINS)(slate([1.0] * 5))) == [1, 4, 5]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"weight": 1.5}, "diverse.weight: expected 0 to 1, got 1.5"),
        ({"most": 0}, "diverse.most: expected at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Diverse(TWINS, **given)
