"""Pairs of items, counted as they happen."""

from __future__ import annotations

import numpy as np

from evercart.hashing import U64
from evercart.learners.neighbours.together import WAYS, Together, forget, take, together
from evercart.slots import find

HALF_US = 1e9


def after(rows: list[tuple[int, int]], listed: int = 64) -> Together:
    """Return what is remembered after (user, item) rows, one a microsecond."""
    state = together(listed, 4, 3).roomy(len(rows))
    for us, (user, item) in enumerate(rows):
        take(state, U64(user), U64(item), us, HALF_US)
    return state


def pair(state: Together, one: int, other: int) -> tuple[float, float, float]:
    """Return the counts of a pair: both, the other after, the other before."""
    item, slot = (find(state.items.keys, U64(key)) for key in (one, other))
    row = state.pairs[item]
    held = row[row["born"] == state.thing["born"][slot]]
    return tuple(held[0][["times", "after", "before"]]) if len(held) else (0, 0, 0)


def test_a_pair_counts_shoppers_with_the_order_they_took_it_in() -> None:
    state = after([(1, 10), (1, 11), (1, 12), (2, 12), (2, 10)])
    assert pair(state, 10, 11) == (1, 1, 0)
    assert pair(state, 11, 10) == (1, 0, 1)
    assert pair(state, 10, 12) == (2, 0.5, 1)
    assert state.thing["times"][:3].tolist() == [2, 1, 2]


def test_the_same_item_again_is_the_same_shopper() -> None:
    state = after([(1, 10), (1, 11), (1, 10), (1, 10)])
    assert pair(state, 10, 11) == (1, 1, 1)
    assert state.steps.max() == 3


def test_what_a_path_no_longer_holds_pairs_no_more() -> None:
    state = after([(1, item) for item in range(10, 16)])
    assert pair(state, 10, 14) == (1, 0.25, 0)
    assert pair(state, 10, 15) == (0, 0, 0)


def test_a_full_bucket_gives_up_the_pair_met_least() -> None:
    often = [(user, item) for user in (1, 2) for item in (10, 11)]
    rare = [row for user in range(3, 3 + 3 * WAYS) for row in ((user, 10), (user, 100 + user))]
    state = after(often + rare, listed=WAYS)
    assert pair(state, 10, 11) == (2, 2, 0)
    assert pair(state, 10, 103) == (0, 0, 0)
    assert pair(state, 10, 102 + 3 * WAYS) == (1, 1, 0)


def test_an_item_that_was_forgotten_is_a_new_one() -> None:
    state = after([(1, 10), (1, 11), (2, 11)])
    forget(state, 1)
    assert find(state.items.keys, U64(10)) == -1
    state = state.roomy(1)
    take(state, U64(3), U64(20), 3, HALF_US)
    assert find(state.items.keys, U64(20)) == 0
    assert pair(state, 11, 20) == (0, 0, 0)


def test_the_popular_are_listed() -> None:
    takers = {10: 1, 11: 4, 12: 3, 13: 2}
    state = after([(user, item) for item, count in takers.items() for user in range(1, count + 1)])
    assert sorted(state.items.keys.keys[state.top].tolist()) == [11, 12, 13]
    forget(state, 100)
    assert (state.top == -1).all()
    assert not np.any(state.packed().pairs["born"])
