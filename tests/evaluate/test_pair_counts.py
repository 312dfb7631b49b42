"""Counts of pairs against a dictionary."""

from __future__ import annotations

from collections import Counter

import numpy as np

from evercart.evaluate.pair_counts import add, count, pair_counts, with_room


def test_counts_are_those_of_a_dictionary_while_they_grow() -> None:
    rng = np.random.default_rng(1)
    counts, truth = pair_counts(40), Counter[tuple[int, int]]()
    for pair in rng.integers(0, 40, (3_000, 2)).tolist():
        counts = with_room(counts, 1)
        add(counts, *pair)
        truth[tuple(pair)] += 1
    assert counts.size[0] == len(truth)
    assert all(count(counts, one, other) == truth[one, other] for one in range(40) for other in range(40))


def test_the_pairs_of_an_item_are_chained() -> None:
    counts = with_room(pair_counts(5), 4)
    for other in (3, 1, 3, 4):
        add(counts, 2, other)
    chained, pair = [], counts.head[2]
    while pair >= 0:
        chained.append((int(counts.other[pair]), int(counts.times[pair])))
        pair = counts.link[pair]
    assert chained == [(4, 1), (1, 1), (3, 2)]
    assert counts.head[3] == -1


def test_of_too_many_pairs_the_rarest_go() -> None:
    counts = with_room(pair_counts(50), 60, most=60)
    for one in range(50):
        add(counts, one, (one + 1) % 50)
        if one % 3 == 0:
            add(counts, one, (one + 1) % 50)
    counts = with_room(counts, 20, most=60)
    assert counts.size[0] == 17
    assert len(counts.one) == 60
    assert [count(counts, one, one + 1) for one in range(6)] == [2, 0, 0, 2, 0, 0]
    add(counts, 1, 2)
    assert [count(counts, one, one + 1) for one in (0, 1, 3)] == [2, 1, 2]
    seen, at = [], counts.head[3]
    while at >= 0:
        seen.append(int(counts.other[at]))
        at = counts.link[at]
    assert seen == [4]
