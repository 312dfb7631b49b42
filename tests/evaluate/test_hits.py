"""The measures of rankings, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.hits import Hits, measures, none, slices
from evercart.units import DAY_US


def hits(*rows: tuple[int, int, bool, int]) -> Hits:
    """Return hits of (question, rank, returned, place in the session)."""
    number, rank, returned, place = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    return Hits(
        number,
        np.arange(count),
        np.arange(count),
        np.arange(count).astype(np.uint64),
        rank.astype(np.int32),
        np.arange(count) * 4 * DAY_US - 1,
        returned,
        place.astype(np.int32),
        np.array([2.0, np.nan] + [4.0] * (count - 2)),
        np.array([0.5, np.nan] + [1.0] * (count - 2)),
    )


def test_measures_by_hand() -> None:
    of = measures(hits((0, 1, True, 1), (1, -1, False, 2), (2, 9, False, 7)), (1, 5, 20))
    assert of["n"] == 3
    assert (of["recall@1"], of["recall@5"], of["recall@20"]) == (0.0, pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert of["mrr@20"] == pytest.approx((1 / 2 + 1 / 10) / 3)
    assert of["ndcg@20"] == pytest.approx((1 / np.log2(3) + 1 / np.log2(11)) / 3)
    assert (of["novelty"], of["tail"]) == (3.0, 0.75)


def test_answers_of_one_question_need_not_stand_together() -> None:
    of = measures(hits((4, 0, True, 1), (3, -1, False, 1), (4, 2, False, 1)), (5,))
    assert of["n"] == 2
    assert of["recall@5"] == 0.5
    assert of["mrr@5"] == 0.5
    assert of["ndcg@5"] == pytest.approx((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)) / 2)


def test_slices_part_all_hits() -> None:
    masks = slices(hits((0, 1, True, 1), (1, -1, False, 2), (2, 9, False, 7), (3, 0, True, 4)), "shopper")
    assert masks["return"].tolist() == [True, False, False, True]
    assert (masks["return"] ^ masks["new to the shopper"]).all()
    for names in (("first question", "second to fourth", "fifth or later"), [n for n in masks if n.startswith("item")]):
        assert (sum(masks[name].astype(int) for name in names) == 1).all()
    assert masks["item never seen"].tolist() == [True, False, False, False]
    assert masks["item older than a week"].tolist() == [False, False, True, True]


def test_of_nothing_all_is_unknown() -> None:
    assert np.isnan(measures(none())["recall@20"])
