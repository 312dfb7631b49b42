"""Places that are drawn by chance, with their chances."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare
from slates import shown, slate

from evercart.errors import UserError
from evercart.learners.policies.explore import Draw, Explore, Softmax, Uniform
from evercart.learners.policies.slate import Asked

SCORES = [3.0, 2.5, 2.0, 1.8, 1.5, 1.0, 0.2, 0.0, -1.0]
DRAWS = 20_000


@pytest.mark.parametrize("draw", [Uniform(0.6), Softmax(0.8, least=0.2)])
@pytest.mark.parametrize("by", ["seed", "number"])
def test_frequencies_are_the_stated_chances(draw: Draw, by: str) -> None:
    part, places = Explore((2, 4), draw), 4
    counts: list[dict[int, int]] = [{} for _ in range(places)]
    stated: list[dict[int, float]] = [{} for _ in range(places)]
    for one in range(DRAWS):
        seed, number = (one, 5) if by == "seed" else (5, one)
        drawn = part(slate(SCORES, k=places, asked=Asked(number), seed=seed))
        assert len(set(shown(drawn))) == places
        for place, (item, chance) in enumerate(zip(shown(drawn), drawn.chance, strict=True)):
            counts[place][item] = counts[place].get(item, 0) + 1
            assert stated[place].setdefault(item, chance) == chance
    for place in range(places):
        assert sum(stated[place].values()) == pytest.approx(1.0)
        items = list(stated[place])
        test = chisquare([counts[place][i] for i in items], [DRAWS * stated[place][i] for i in items])
        assert len(items) == (1 if place in (0, 2) else 1 + (3 if place == 1 else 2))
        assert len(items) == 1 or test.pvalue > 0.001


def test_two_places_are_drawn_independently() -> None:
    part = Explore((1, 2), Uniform(0.5))
    pairs = np.zeros((2, 2))
    for seed in range(DRAWS):
        one = shown(part(slate(SCORES, k=2, seed=seed)))
        pairs[int(one[0] != 1), int(one[1] != 2)] += 1
    expected = np.outer(pairs.sum(axis=1), pairs.sum(axis=0)) / DRAWS
    assert chisquare(pairs.ravel(), expected.ravel(), ddof=2).pvalue > 0.001


def test_the_same_question_is_answered_alike_under_one_seed() -> None:
    part = Explore((1, 2, 3), Uniform(1.0))
    lists = {tuple(shown(part(slate(SCORES, asked=Asked(9), seed=4)))) for _ in range(5)}
    assert len(lists) == 1
    others = {tuple(shown(part(slate(SCORES, asked=Asked(number), seed=4)))) for number in range(50)}
    assert len(others) > 10


def test_what_was_drawn_is_marked() -> None:
    for seed in range(30):
        one = Explore((3,), Uniform(1.0))(slate(SCORES, seed=seed))
        assert ([row + 1 for row, _ in one.marks] == shown(one)[2:]) == (shown(one)[2] != 3)


def test_short_lists_draw_where_they_have_places() -> None:
    assert Explore((2, 5), Uniform(0.5))(slate([1.0, 0.5])).chance == (1.0, 1.0)
    assert Explore((2,), Uniform(0.5))(slate([])).chance == ()
    assert Explore((1,), Softmax())(slate([1.0])).chance == (1.0,)


@pytest.mark.parametrize(
    ("make", "given", "text"),
    [
        (Uniform, (0.0,), "uniform.epsilon: expected more than 0, at most 1, got 0.0"),
        (Softmax, (0.0,), "softmax.temperature: expected more than 0, got 0.0"),
        (Softmax, (1.0, 2.0), "softmax.least: expected 0 to 1, got 2.0"),
        (Explore, ((), Uniform(1.0)), "explore.places: expected different places of at least 1, in order, got ()"),
        (
            Explore,
            ((2, 2), Uniform(1.0)),
            "explore.places: expected different places of at least 1, in order, got (2, 2)",
        ),
        (Explore, ((0,), Uniform(1.0)), "explore.places: expected different places of at least 1, in order, got (0,)"),
    ],
)
def test_settings_that_make_no_sense(make: Any, given: tuple[Any, ...], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make(*given)
