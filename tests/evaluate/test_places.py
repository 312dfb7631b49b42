"""Answers among candidates."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.places import UNASKED, Places
from evercart.learners.neighbours.candidates import ranked


def test_places_by_hand() -> None:
    places = Places.of(np.array([1, 1, 3, 5, 8]), np.array([10, 11, 12, 13, 14], np.uint64), 2)
    question, item = np.array([1, 1, 1, 3, 5]), np.array([9, 10, 11, 12, 12], np.uint64)
    places.put(np.array([1, 3, 4, 5]), question, item, np.array([3, 1, 2, 0, 5], np.float32))
    assert places.rank.tolist() == [-1, 1, 0, -1, UNASKED]


def test_what_scores_too_little_is_not_in_the_list() -> None:
    places = Places.of(np.array([1, 2]), np.array([10, 10], np.uint64), 5)
    item, score = np.array([9, 10, 9, 10], np.uint64), np.array([0, 0, 0, 1], np.float32)
    places.put(np.array([1, 2]), np.array([1, 1, 2, 2]), item, score, 0.0)
    assert places.rank.tolist() == [-1, 0]


@pytest.mark.parametrize("seed", range(5))
def test_places_are_those_of_ranked_candidates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    question = np.repeat(np.arange(40), 12)
    item = np.concatenate([rng.permutation(20)[:12] for _ in range(40)]).astype(np.uint64)
    score = rng.integers(0, 4, len(item)).astype(np.float32)  # many are equal
    number, answer = np.repeat(np.arange(40), 2), rng.integers(0, 20, 80).astype(np.uint64)
    places = Places.of(number, answer, 8)
    places.put(np.arange(40), question, item, score)
    shown = ranked(question, item, score, np.zeros((len(item), 0), np.float32))
    for one, wanted, rank in zip(number, answer, places.rank, strict=True):
        items = shown.item[shown.question == one][:8].tolist()
        assert rank == (items.index(wanted) if wanted in items else -1)
