"""The working order, which keeps the law of the tick."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import ABANDONED, ASKED, SETTLED
from evercart.learners.learner import number_places, tick_stop, working_order


def test_questions_come_first_in_each_tick():
    tick = np.array([3, 3, 3, 5, 5, 5])
    what = np.array([SETTLED, ASKED, ABANDONED, ASKED, SETTLED, ASKED], np.int8)
    assert working_order(tick, what).tolist() == [1, 0, 2, 3, 5, 4]


def test_no_rows_have_no_order():
    assert working_order(np.empty(0, np.int64), np.empty(0, np.int8)).tolist() == []


def test_a_tick_ends_where_its_number_changes():
    tick = np.array([1, 1, 2])
    assert [tick_stop(tick, at) for at in (0, 2)] == [2, 3]


def test_only_numbers_are_numbers():
    columns = (Column("a"), Column("b", slots=3), Column("c"))
    assert number_places(columns, None).tolist() == [0, 2]
    with pytest.raises(UserError, match=r"^column b: expected a number column, got 'a slot column'$"):
        number_places(columns, ("b",))
