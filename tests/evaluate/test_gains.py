"""What one ranking gains over another."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.gains import Asked, discounted, gained, means, recall, reciprocal
from evercart.units import DAY_US

RANK = np.array([0, 2, 19, 20, -1, 5])
SINGLY = Asked.of(np.arange(6))


def test_each_gain_of_one_answer() -> None:
    assert recall(RANK, SINGLY, 20).tolist() == [1, 1, 1, 0, 0, 1]
    assert reciprocal(RANK, SINGLY, 3).tolist() == [1, 1 / 3, 0, 0, 0, 0]
    assert discounted(RANK, SINGLY, 3).tolist() == [1, 0.5, 0, 0, 0, 0]


def test_each_gain_of_several() -> None:
    asked = Asked.of(np.array([5, 5, 5, 9, 9, 9]))
    assert recall(RANK, asked, 20).tolist() == pytest.approx([1, 1 / 3])
    assert reciprocal(RANK, asked, 20).tolist() == pytest.approx([1, 1 / 6])
    ideal = 1 + 1 / np.log2(3) + 0.5
    assert discounted(RANK, asked, 6).tolist() == pytest.approx([1.5 / ideal, 1 / np.log2(7) / ideal])
    assert discounted(RANK[:3], Asked.of(np.zeros(3, np.int64)), 1).tolist() == [1.0]  # more cannot stand first


def test_means_are_over_questions() -> None:
    found = means(np.array([0, -1, -1]), Asked.of(np.array([1, 1, 2])), (1, 20))
    assert found["recall@1"] == found["recall@20"] == 0.25
    assert np.isnan(means(RANK[:0], Asked.of(RANK[:0]), (5,))["mrr@5"])


@pytest.mark.parametrize("days", [1, 4, 40])
def test_the_interval_holds_the_mean_and_is_about_as_wide_as_it_should_be(days: int) -> None:
    rng = np.random.default_rng(1)
    rows = 20_000
    ours, theirs = rng.binomial(1, 0.3, rows).astype(float), rng.binomial(1, 0.25, rows).astype(float)
    us = np.arange(rows) * days // rows * DAY_US
    found = gained(ours, theirs, us, np.arange(rows) // 4)
    assert found.mean == pytest.approx((ours - theirs).mean())
    half = 1.96 * (ours - theirs).std() / np.sqrt(rows)
    assert found.low < found.mean < found.high
    assert 0.6 * half < (found.high - found.low) / 2 < 1.6 * half


def test_sessions_that_go_together_widen_it() -> None:
    rng = np.random.default_rng(2)
    gap = np.repeat(rng.normal(size=200), 50)
    nothing, us = np.zeros(len(gap)), np.zeros(len(gap), np.int64)
    together = gained(gap, nothing, us, np.repeat(np.arange(200), 50))
    mixed = rng.permutation(gap)
    alone = gained(mixed, nothing, us, np.arange(len(gap)))
    assert together.high - together.low > 4 * (alone.high - alone.low)


def test_too_little_has_no_interval() -> None:
    one = np.ones(3)
    found = gained(one, 0 * one, np.zeros(3, np.int64), np.arange(3))
    assert found.mean == 1.0
    assert np.isnan([found.low, found.high]).all()
    nobody = np.zeros(0)
    assert np.isnan(gained(nobody, nobody, nobody.astype(np.int64), nobody.astype(np.int64))).all()
