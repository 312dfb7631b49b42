"""Counts that fade alike."""

from __future__ import annotations

import numpy as np

from evercart.chance import uniform
from evercart.hashing import U64
from evercart.learners.neighbours.popular_tops import Tops, count, forget_counts, tops


def listed(state: Tops, slot: int = 0) -> set[int]:
    return {int(state.counts.carried[at - 1, 0]) for at in state.top[slot] if at > 0}


def test_a_list_holds_exactly_the_highest() -> None:
    state = tops(3).roomy(300)
    drawn = 1 + (uniform(1, np.arange(300), "item") ** 2 * 20).astype(np.int64)
    value: dict[int, float] = {}
    for us, item in enumerate(drawn.tolist()):
        count(state, U64(5), U64(item), us, us / 40)
        value[item] = value.get(item, 0.0) + 2.0 ** (us / 40)
        assert listed(state) == set(sorted(value, key=value.__getitem__)[-3:])
    assert state.lists.live == 1
    assert state.size[0] == len(value)


def test_lists_are_apart_the_last_count_releases_one() -> None:
    state = tops(2).roomy(9)
    for us, (key, item) in enumerate([(5, 1), (6, 1), (6, 2), (5, 1)]):
        count(state, U64(key), U64(item), us, float(us))
    assert (listed(state, 0), listed(state, 1)) == ({1}, {1, 2})
    forget_counts(state, 3, 9)
    assert (listed(state, 0), state.lists.live, state.counts.keys.live) == ({1}, 1, 1)
    forget_counts(state, 4, 9)
    assert [len(part) for part in (state.packed().counted, state.packed().top)] == [0, 0]


def test_of_too_many_the_longest_silent_go() -> None:
    state = tops(2).roomy(9)
    for us in range(5):
        count(state, U64(5), U64(us + 1), us, float(us))
    forget_counts(state, 0, 3)
    assert state.counts.keys.live == 3
    assert listed(state) == {4, 5}
