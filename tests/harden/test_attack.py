"""A target says what harm rows do, with the slope of it."""

import numpy as np
import pytest

pytest.importorskip("torch")

from dataclasses import replace

import torch
from ringed import DEEP, clouds, taught

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.harden.attack import Best, Target, moved, other, part_of, wrong


def test_the_slope_is_the_numerical_one():
    deep = replace(DEEP, precision="float64")
    x, y = clouds(5, 2)
    target = Target(deep, taught(deep, 200), wrong(deep, y))
    slope, rows = target.slope(x), np.arange(5)
    for at in range(6):
        up, down = x.copy(), x.copy()
        up[:, at] += 1e-2
        down[:, at] -= 1e-2
        numerical = (target.harms(up, rows) - target.harms(down, rows)) / (up[:, at] - down[:, at])
        np.testing.assert_allclose(slope[:, at], numerical, atol=2e-3)


def test_a_wrong_guess_counts_for_more_than_any_harm():
    state, (x, y) = taught(rows=160), clouds(200, 2)
    harm = Target(DEEP, state, wrong(DEEP, y), y).harms(x, np.arange(200))
    margins = DEEP.margins(state, x)
    assert 0 < (harm > 1e5).sum() < 200
    np.testing.assert_array_equal(harm > 1e5, DEEP.head.guess(margins, state.seen) != y)


def test_saying_the_same_is_no_harm():
    state, (x, _) = taught(rows=200), clouds(9, 2)
    target = Target(DEEP, state, other(DEEP, DEEP.margins(state, x)))
    assert np.abs(target.harms(x, np.arange(9))).max() < 1e-6
    assert (target.harms(x + 1, np.arange(9)) > 1e-3).any()


def test_a_part_is_moved_only_for_a_while():
    state, (x, y) = taught(rows=200), clouds(9, 2)
    target, rows = Target(DEEP, state, wrong(DEEP, y)), np.arange(9)
    before = target.harms(x, rows)
    with moved(DEEP, "1", torch.ones(32)):
        assert not np.array_equal(target.harms(x, rows), before)
    with moved(DEEP, "", None):
        assert np.array_equal(target.harms(x, rows), before)
    assert np.array_equal(target.harms(x, rows), before)


def test_a_part_that_is_not_there():
    with pytest.raises(UserError) as caught:
        part_of(DEEP, "embedding")
    assert str(caught.value) == "attack.part: expected one of 0 1 2 3 4, got 'embedding'"


def test_the_worst_of_each_row_is_kept():
    best = Best(np.zeros((2, 1), np.float32), np.array([1.0, 2.0]))
    best.take(np.ones((2, 1), np.float32), np.array([3.0, 2.0]))
    assert best.x.tolist() == [[1.0], [0.0]] and best.harm.tolist() == [3.0, 2.0]


def test_a_table_of_slots_is_refused():
    from evercart.learners.deep.table import Table

    deep = replace(DEEP, columns=(*DEEP.columns, Column("slot", slots=4)), table=Table())
    with pytest.raises(UserError) as caught:
        Target(deep, deep.start(), wrong(deep, np.zeros(1)))
    assert (
        str(caught.value) == "attack.deep: expected a learner that reads numbers alone, got 'one with a table of slots'"
    )
