"""The measures of rankings, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.hits import Hits, measures, none, slices


def hits(*rows: tuple[int, bool, int]) -> Hits:
    """Return hits of (rank, returned, place in the session)."""
    rank, returned, place = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    return Hits(
        np.arange(count),
        np.arange(count),
        rank.astype(np.int32),
        np.ones(count, np.bool_),
        returned,
        place.astype(np.int32),
        np.array([2.0, np.nan] + [4.0] * (count - 2)),
        np.array([0.5, np.nan] + [1.0] * (count - 2)),
    )


def test_measures_by_hand() -> None:
    of = measures(hits((1, True, 1), (-1, False, 2), (9, False, 7)), (1, 5, 20))
    assert of["n"] == 3
    assert (of["recall@1"], of["recall@5"], of["recall@20"]) == (0.0, pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert of["mrr@20"] == pytest.approx((1 / 2 + 1 / 10) / 3)
    assert of["ndcg@20"] == pytest.approx((1 / np.log2(3) + 1 / np.log2(11)) / 3)
    assert (of["novelty"], of["tail"]) == (3.0, 0.75)


def test_slices_part_all_hits() -> None:
    masks = slices(hits((1, True, 1), (-1, False, 2), (9, False, 7), (0, True, 4)))
    assert masks["return"].tolist() == [True, False, False, True]
    assert (masks["return"] ^ masks["new to the session"]).all()
    assert (masks["after 1 click"].astype(int) + masks["after 2 to 4"] + masks["after 5 or more"] == 1).all()


def test_of_nothing_all_is_unknown() -> None:
    assert np.isnan(measures(none())["recall@20"])
