"""Vectors learned click by click."""

from __future__ import annotations

import numpy as np

from evercart.chance import stream, uniform
from evercart.hashing import U64
from evercart.learners.neighbours.embedded_table import (
    RECENT,
    Embeddings,
    embeddings,
    fits,
    forget_items,
    learn,
    meet_item,
    note,
    query,
)

FIRST, DRAWN = U64(stream(1, "first")), U64(stream(1, "drawn"))
WIDTH = 8


def paired(clicks: int) -> Embeddings:
    """Click on pairs (1, 2), (3, 4), (5, 6), ... of twenty items: the second always follows the first."""
    state = embeddings(WIDTH, 4).roomy(64)
    for offset, pair in enumerate((uniform(1, np.arange(clicks), "pair") * 10).astype(int).tolist()):
        first, second = U64(2 * pair + 1), U64(2 * pair + 2)
        for item in (first, second):
            meet_item(state, item, U64(0), offset, FIRST)
            note(state, item)
        learn(state, np.array([first]), state.items.keys.keys.tolist().index(int(second)), DRAWN, offset, (0.2, 0.7), 8)
    return state


def slot(state: Embeddings, item: int) -> int:
    return state.items.keys.keys.tolist().index(item)


def test_what_follows_fits_best_after_it_is_found_among_its_neighbours() -> None:
    state = paired(600)
    out = state.out[[slot(state, item) for item in range(1, 21)], :WIDTH]
    for first in range(1, 20, 2):
        assert (out @ state.into[slot(state, first), :WIDTH]).argmax() == first
        assert first + 1 in state.near[slot(state, first)]
        assert first not in state.near[slot(state, first)]


def test_the_query_is_the_weighted_mean_of_what_is_known() -> None:
    state = paired(20)
    q = np.empty(WIDTH, np.float32)
    known = query(state, np.array([1, 99, 3, 0], np.uint64), 0.5, q)
    one, other = (state.into[slot(state, item), :WIDTH] for item in (1, 3))
    assert known == 2
    assert np.allclose(q, (one + 0.25 * other) / 1.25)
    assert query(state, np.array([99, 0], np.uint64), 0.5, q) == 0
    assert np.isclose(fits(one, other), one @ other, atol=1e-6)


def test_a_new_item_begins_near_the_mean_of_its_category() -> None:
    state = embeddings(WIDTH, 4).roomy(64)
    for offset in range(400):
        items = [U64(1 + offset % 3), U64(1 + (offset + 1) % 3)] if offset % 2 else [U64(11), U64(12)]
        slots = [meet_item(state, item, U64(100 + (item > 9)), offset, FIRST) for item in items]
        for item in items:
            note(state, item)
        learn(state, np.array(items[:1]), slots[1], DRAWN, offset, (0.2, 0.7), 8)
    new = meet_item(state, U64(7), U64(100), 400, FIRST)
    alone = meet_item(state, U64(8), U64(0), 400, FIRST)
    q = state.into[slot(state, 1), :WIDTH]
    assert fits(q, state.out[new, :WIDTH]) > 0.5 > abs(fits(q, state.out[alone, :WIDTH]))
    assert fits(q, state.out[new, :WIDTH]) > fits(q, state.out[slot(state, 12), :WIDTH])


def test_what_is_forgotten_leaves_nothing() -> None:
    state = embeddings(WIDTH, 4).roomy(9)
    for us, (item, category) in enumerate([(1, 100), (2, 101), (3, 101)]):
        meet_item(state, U64(item), U64(category), us, FIRST)
    assert state.groups.live == 2
    forget_items(state, 1, 9)
    assert (state.items.keys.live, state.groups.live) == (2, 1)
    forget_items(state, 0, 1)
    assert state.items.keys.live == 1
    forget_items(state, 9, 9)
    empty = state.packed()
    assert [len(part) for part in (empty.into, empty.out, empty.near, empty.mean)] == [0, 0, 0, 0]
    assert len(empty.clicked) == RECENT
