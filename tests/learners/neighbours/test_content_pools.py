"""Pools of items that have something in common."""

from __future__ import annotations

import numpy as np

from evercart.features.encoders.sketch import WORDS
from evercart.hashing import U64
from evercart.learners.neighbours.content_pools import (
    BRAND,
    CATEGORY,
    Pools,
    click,
    declare,
    forget,
    forget_until,
    known,
    pools,
)
from evercart.units import MISSING

NO_TEXT = np.zeros(WORDS, np.uint64)
SHOES, PANS, ACME = U64(11), U64(12), U64(21)


def declared(*items: tuple[int, np.uint64, np.uint64], newest: int = 3, popular: int = 2) -> Pools:
    """Declare (item, category, brand) one second after another; an item's slot is its place here."""
    state = pools(newest, popular).roomy(16, 16)
    for us, (item, category, brand) in enumerate(items):
        declare(state, known(state, U64(item), us), category, brand, MISSING, NO_TEXT)
    return state


def newest(state: Pools, slot: int, place: int = CATEGORY) -> list[int]:
    pool = state.stands[slot, place] - 1
    return state.newest[pool, : state.pool[pool]["newest"]].tolist()


def test_the_newest_stand_first_in_each_of_their_pools() -> None:
    state = declared((1, SHOES, ACME), (2, PANS, ACME), (3, SHOES, U64(0)), (4, SHOES, ACME), (5, SHOES, U64(0)))
    assert newest(state, 0) == [4, 3, 2]
    assert newest(state, 0, BRAND) == [3, 1, 0]
    assert newest(state, 1) == [1]
    assert state.stands[2, BRAND] == 0


def test_the_most_popular_are_listed_exactly() -> None:
    state = declared(*((item, SHOES, ACME) for item in range(1, 5)))
    for slot, us in ((0, 10), (0, 10), (1, 10), (2, 25), (3, 20), (3, 21)):
        click(state, slot, us, 10.0)
    pool = state.stands[0, CATEGORY] - 1
    assert set((state.top[pool] - 1).tolist()) == {2, 3}
    assert state.pool[pool]["clicks"] == 6
    assert np.isclose(2.0 ** state.pool[pool]["popular"], 3 * 2 + 2**2.5 + 4 + 2**2.1)


def test_an_item_declared_after_its_clicks_is_listed_at_once() -> None:
    state = pools(3, 2).roomy(4, 4)
    slot = known(state, U64(7), 0)
    click(state, slot, 10, 10.0)
    declare(state, slot, SHOES, ACME, 500, NO_TEXT)
    assert slot + 1 in state.top[state.stands[slot, CATEGORY] - 1]
    assert state.item[slot]["price"] == 500


def test_a_later_row_moves_an_item_what_it_does_not_say_stays() -> None:
    state = declared((1, SHOES, ACME), (2, SHOES, ACME))
    click(state, 0, 10, 10.0)
    declare(state, 0, PANS, U64(0), MISSING, NO_TEXT)
    assert (newest(state, 1), newest(state, 0), newest(state, 0, BRAND)) == ([1], [0], [0, 1])
    assert not (state.top[state.stands[1, CATEGORY] - 1] == 1).any()


def test_titles_that_share_signs_share_pools() -> None:
    state = pools(3, 2).roomy(3, 3)
    sketch = np.array([0x1234567890ABCDEF] * 4, np.uint64)
    near = sketch ^ np.array([1, 0, 0, 0], np.uint64)
    for item, text in ((1, sketch), (2, near), (3, ~sketch)):
        declare(state, known(state, U64(item), 0), U64(0), U64(0), MISSING, text)
    shared = (state.stands[0] == state.stands[1]) & (state.stands[0] != 0)
    assert shared.sum() == 15
    assert not ((state.stands[0] == state.stands[2]) & (state.stands[0] != 0)).any()


def test_what_is_forgotten_leaves_nothing() -> None:
    state = declared((1, SHOES, ACME), (2, SHOES, U64(0)))
    click(state, 0, 10, 10.0)
    forget(state, 0)
    assert newest(state, 1) == [1]
    forget_until(state, 2, 9)
    empty = state.packed()
    assert (len(empty.item), len(empty.pool), len(empty.newest)) == (0, 0, 0)
    state = declared((1, SHOES, ACME), (2, SHOES, U64(0)))
    forget_until(state, 0, 1)
    assert state.items.keys.live == 1


def test_the_first_click_makes_an_item_news_again() -> None:
    state = declared(*((item, SHOES, ACME) for item in range(1, 6)))
    assert newest(state, 0) == [4, 3, 2]
    for slot in (3, 0, 3):
        click(state, slot, 10 + slot, 10.0)
    assert newest(state, 0) == [0, 3, 4]
    assert state.item["first_us"][:5].tolist() == [10, 0, 0, 13, 0]
