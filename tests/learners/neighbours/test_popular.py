"""Popular items: overall, in a category, in a place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.popular import TRAITS, Popular
from evercart.units import DAY_US

SHOES, PANS, HERE, THERE = 11, 12, 31, 32


def woven(rows: list[tuple[int, int, int, float]]) -> Events:
    """Return (kind, item, category of an item or place of others, day) rows; kind 7 is a question."""
    kind, item, third, day = (np.array(column) for column in zip(*rows, strict=True))
    return Events.of(
        kind=kind,
        logged_us=np.round(day * DAY_US),
        number=np.where(kind == 7, np.cumsum(kind == 7) - 1, -1),
        item=item,
        category=np.where(kind == 3, third, 0),
        place=np.where(kind == 3, 0, third),
    )


def asked(fold: Popular, rows: list[tuple[int, int, int, float]]) -> tuple[Any, Candidates]:
    """Return the state after the rows, the candidates of the questions among them."""
    return fold.step(fold.start(), woven(rows))


CATALOGUE = [(3, 1, SHOES, 0.0), (3, 2, SHOES, 0.0), (3, 3, PANS, 0.0)]


def test_the_category_of_the_item_at_hand_counts_most() -> None:
    clicks = [*[(1, 3, HERE, 1.0)] * 3, *[(1, 2, HERE, 1.0)] * 2, (1, 1, THERE, 1.0)]
    _, out = asked(Popular(), [*CATALOGUE, *clicks, (7, 1, THERE, 1.0), (7, 0, 0, 1.0)])
    shoes, all_over = out.rows(out.question == 0), out.rows(out.question == 1)
    assert shoes.item.tolist() == [2, 1, 3]
    assert np.allclose(shoes.score, [2 + 2 / 3, 1 / 3 + 1 + 1, 1.0])
    assert shoes.rank.tolist() == [0, 1, 2]
    assert all_over.item.tolist() == [3, 2, 1]
    assert shoes.x[0, TRAITS.index("place_share")] == 0.0
    assert shoes.x[1, TRAITS.index("place_nearness")] == 1.0


def test_old_clicks_fade_forgotten_items_leave() -> None:
    clicks = [*[(1, 1, HERE, 0.0)] * 3, (1, 2, HERE, 9.0), (7, 0, 0, 9.0)]
    assert asked(Popular(half_s=86400.0), [*CATALOGUE, *clicks])[1].item.tolist() == [2, 1]
    assert asked(Popular(half_s=9e6), [*CATALOGUE, *clicks])[1].item.tolist() == [1, 2]
    assert asked(Popular(keep_s=86400.0), [*CATALOGUE, *clicks])[1].item.tolist() == [2]


def test_whatever_is_unknown_gets_what_is_popular_overall() -> None:
    rows = [(7, 5, HERE, 0.0), (1, 5, 0, 0.0), (7, 6, 99, 0.0), (3, 6, 77, 0.0), (7, 6, HERE, 0.0)]
    _, out = asked(Popular(), rows)
    assert (out.question.tolist(), out.item.tolist()) == ([1, 2], [5, 5])


def test_lists_are_bounded() -> None:
    fold = Popular(listed=2, most=5)
    state, out = asked(fold, [*((1, item, HERE, 0.0) for item in range(1, 40)), (7, 0, HERE, 0.1)])
    assert fold.offered == 6
    assert state.tops.counts.keys.live == 5
    assert len(out) <= 4


def test_peeking_says_what_a_step_would_then_nothing_has_moved() -> None:
    rows = [*CATALOGUE, (1, 2, HERE, 1.0), (1, 1, HERE, 3.0)]
    fold = Popular(keep_s=86400.0 * 4)
    state, _ = asked(fold, rows)
    before = fingerprint(state)
    for day in (1.5, 4.5, 20.0):
        rest = [(7, 1, 9, day)] * 2
        wanted = asked(fold, [*rows, *rest])[1]
        found = fold.peek(state, woven(rest))
        assert (found.item.tolist(), found.x.tolist()) == (wanted.item.tolist(), wanted.x.tolist())
        assert fingerprint(state) == before
    with pytest.raises(UserError, match=r"^popular.peek: expected questions alone, got '1 other rows'$"):
        fold.peek(state, woven([(1, 1, 9, 5.0)]))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"half_s": 0}, "popular.half_s: expected more than 0, got 0"),
        ({"listed": 0}, "popular.listed: expected 1 to 300, got 0"),
        ({"most": 0}, "popular.most: expected at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Popular(**given)
    assert str(caught.value) == text
