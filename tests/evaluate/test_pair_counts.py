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
