"""Periods begin between ticks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from living import asked

from evercart.learners.lifetime.periods import periods, take
from evercart.learners.lifetime.sample import sample


def test_a_tick_belongs_to_the_period_of_its_first_row() -> None:
    turns = asked(np.array([1, 9, 11, 12, 25]), np.ones(5, np.uint64), np.zeros((5, 4), np.float32))
    turns = replace(turns, tick=np.array([0, 1, 1, 2, 3]))
    assert list(periods(turns, 10)) == [(slice(0, 3), 0), (slice(3, 4), 1), (slice(4, 5), 2)]
    assert list(periods(turns.rows(slice(0, 0)), 10)) == []


def test_only_questions_are_taken_in() -> None:
    turns = asked(np.zeros(2, np.int64), np.array([1, 2], np.uint64), np.array([[1, 0, 0, 5]] * 2, np.float32))
    turns.what[1] = 2
    state = sample().roomy(4)
    take(state, 4, turns, np.arange(4))
    assert len(state.known) == 1
