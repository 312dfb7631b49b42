"""What was learned last can be learned once more."""

import numpy as np
import pytest
from rows import draw, turns

from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED
from evercart.learners.recalled import keep, nothing_learned, recall

WHAT = [ASKED, ASKED, ASKED, HINT, SETTLED, SETTLED, ABANDONED, CORRECTION]
NUMBER = [0, 1, 2, 0, 0, 1, 2, 0]


def stream():
    x, y = draw(8)
    given = turns(WHAT, np.arange(8) // 2, x, y, was=[np.nan] * 7 + [1.0], number=NUMBER)
    given.y[6] = np.nan
    return given


def recalled(since=0, least=0, remember=10, cuts=()):
    state, given = nothing_learned(), stream()
    for first, stop in zip((0, *cuts), (*cuts, 8), strict=True):
        state = keep(state, given.rows(slice(first, stop)), remember)
    return recall(state, since, least)


@pytest.mark.parametrize("cuts", [(), (0,), (4,), (2, 6)])
def test_labels_come_again_each_after_its_question(cuts):
    again, given = recalled(cuts=cuts), stream()
    assert again.what.tolist() == [HINT, ASKED, SETTLED, ASKED, SETTLED, CORRECTION]
    assert again.number.tolist() == [0, 0, 0, 1, 1, 0]
    np.testing.assert_array_equal(again.x, given.x[[3, 4, 4, 5, 5, 7]])
    np.testing.assert_array_equal(again.tick, [1, 2, 2, 2, 2, 3])
    np.testing.assert_array_equal(again.y, [given.y[3], np.nan, given.y[4], np.nan, given.y[5], given.y[7]])
    np.testing.assert_array_equal(again.was, [np.nan] * 5 + [1.0])


def test_what_was_asked_before_stays_away_but_for_the_last_rows():
    assert recalled(since=1).number.tolist() == [1, 1]
    assert recalled(since=9).number.tolist() == []
    assert recalled(since=9, least=3).number.tolist() == [0, 0, 1, 1, 0]


@pytest.mark.parametrize("cuts", [(), (3,), (5,)])
def test_only_so_many_rows_are_kept(cuts):
    assert recalled(remember=3, cuts=cuts).what.tolist() == [ASKED, SETTLED, ASKED, SETTLED, CORRECTION]
    assert recalled(remember=2, cuts=cuts).what.tolist() == [ASKED, SETTLED]  # the correction's first label is gone


def test_nothing_learned_is_nothing_recalled():
    assert len(recall(nothing_learned(), 0, 5)) == 0
