"""Candidates by content, the newest of all among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.content import Content
from evercart.units import DAY_US, MISSING

SHOES, PANS = 11, 12


def woven(rows: list[tuple[int, int, int, float]], key: str = "session") -> Events:
    """Return (kind, item, category of an item or key of others, day) rows; kind 7 is a question."""
    kind, item, third, day = (np.array(column) for column in zip(*rows, strict=True))
    is_asked, declares = kind == 7, kind == 3
    keys = {name: np.where(declares | (name != key), 0, third) for name in ("session", "user")}
    return Events.of(
        kind=kind,
        logged_us=np.round(day * DAY_US),
        number=np.where(is_asked, np.cumsum(is_asked) - 1, -1),
        item=item,
        category=np.where(declares, third, 0),
        brand=np.zeros(len(rows)),
        price=np.full(len(rows), MISSING),
        **keys,
    )


def asked(fold: Content, rows: list[tuple[int, int, int, float]], key: str = "session") -> tuple[Any, Candidates]:
    """Return the state after the rows, the candidates of the questions among them."""
    return fold.step(fold.start(), woven(rows, key))


CATALOGUE = [(3, 1, SHOES, 0), (3, 2, SHOES, 0), (3, 3, PANS, 0)]


def test_an_item_is_a_candidate_as_soon_as_it_is_declared() -> None:
    rows = [*CATALOGUE, (1, 1, 9, 1.0), (7, 1, 9, 1.0), (3, 4, SHOES, 1.0), (7, 1, 9, 1.0)]
    _, out = asked(Content(), rows)
    assert out.item[out.question == 0].tolist() == [2]
    assert set(out.item[out.question == 1].tolist()) == {2, 4}
    assert out.rank.tolist() == [0, 0, 1]


def test_clicked_items_of_the_category_stand_first() -> None:
    rows = [*CATALOGUE, (3, 4, SHOES, 0), *[(1, 4, 8, 1.0)] * 3, (1, 1, 9, 1.0), (7, 1, 9, 1.0)]
    _, out = asked(Content(), rows)
    assert out.item.tolist() == [4, 2]
    assert out.score[0] > out.score[1]


def test_an_early_success_beats_an_old_one() -> None:
    old = [(1, 2, 8, float(day)) for day in range(4)]
    rows = [*CATALOGUE, *old, (3, 5, SHOES, 13.0), (1, 5, 8, 13.1), (1, 5, 8, 13.2), (1, 1, 9, 14.0), (7, 1, 9, 14.0)]
    assert asked(Content(), rows)[1].item.tolist() == [5, 2]


def test_whoever_is_unknown_gets_nothing_or_what_is_like_the_item_asked_about() -> None:
    unseen = [*CATALOGUE, (7, 0, 99, 1.0), (7, 77, 99, 1.0), (1, 88, 99, 1.0), (7, 88, 99, 1.0), (3, 89, 55, 1.0)]
    state, out = asked(Content(), [*unseen, (1, 89, 98, 1.0), (7, 89, 98, 1.0)])
    assert len(out) == 0
    assert state.pools.items.keys.live == 5
    _, out = asked(Content(), [*CATALOGUE, (7, 1, 99, 1.0)])
    assert out.item.tolist() == [2]


def test_without_item_rows_nothing_is_offered() -> None:
    _, out = asked(Content(), [(1, 1, 9, 0.0), (1, 2, 9, 0.0), (7, 2, 9, 0.0)])
    assert len(out) == 0


def test_a_shoppers_items_count_across_sessions() -> None:
    rows = [*CATALOGUE, (1, 1, 5, 0.0), (1, 3, 5, 20.0), (7, 0, 5, 20.0)]
    fold = Content(by="user", path_s=60 * 86400.0)
    assert fold.reads[0] == "user"
    assert asked(fold, rows, "user")[1].item.tolist() == [1, 2]
    assert asked(Content(by="user"), rows, "user")[1].item.tolist() == []


def test_a_delisted_category_leaves_lists_are_bounded() -> None:
    many = [(3, 100 + number, SHOES, 0.0) for number in range(50)]
    state, out = asked(Content(newest=8, offered=5), [*CATALOGUE, *many, (1, 1, 9, 0.1), (7, 1, 9, 0.1)])
    assert len(out) == 5
    assert state.pools.newest.shape[1] == 8
    state, _ = asked(Content(keep_s=86400.0), [*CATALOGUE, *many, (0, 0, 0, 9.0)])
    assert (state.pools.items.keys.live, state.pools.pools.live) == (0, 0)


def test_peeking_says_what_a_step_would_then_nothing_has_moved() -> None:
    rows = [*CATALOGUE, (3, 4, SHOES, 0), (1, 4, 8, 1.0), (1, 1, 9, 1.0)]
    fold = Content(keep_s=86400.0 * 9, path_s=86400.0)
    state, _ = asked(fold, rows)
    before = fingerprint(state)
    for day in (1.5, 4.5, 20.0):
        rest = [(7, 1, 9, day)] * 2
        wanted = asked(fold, [*rows, *rest])[1]
        found = fold.peek(state, woven(rest))
        assert (found.item.tolist(), found.x.tolist()) == (wanted.item.tolist(), wanted.x.tolist())
        assert fingerprint(state) == before
    with pytest.raises(UserError, match=r"^content.peek: expected questions alone, got '1 other rows'$"):
        fold.peek(state, woven([(1, 1, 9, 5.0)]))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"by": "amount"}, "content.by: expected a hashed column, got 'amount'"),
        ({"anchors": 0}, "content.anchors: expected 1 to 32, got 0"),
        ({"near": 7}, "content.near: expected 0 to `anchors`, got 7"),
        ({"fading": 0}, "content.fading: expected more than 0, at most 1, got 0"),
        ({"offered": 0}, "content.offered: expected 1 to 1000, got 0"),
        ({"keep_s": -1.0}, "content.keep_s: expected more than 0, got -1.0"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Content(**given)
    assert str(caught.value) == text
