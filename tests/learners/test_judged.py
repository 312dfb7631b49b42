"""Losses are told in the order of asking, each once."""

import numpy as np
import pytest

from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.learners.judged import Judged, judge, looks, nothing_asked


def told(what, number, y):
    rows = len(what)
    at, one = np.arange(rows), np.ones(rows)
    columns = (np.array(what, np.int8), at, at, 7 * at, np.array(number), np.array(y, float), one * np.nan, one)
    return Turns(*columns, np.zeros(rows, np.uint64), np.zeros((rows, 1), np.float32))


NAN = np.nan
MIXED = told(
    [ASKED, ASKED, ASKED, HINT, SETTLED, ABANDONED, SETTLED, CORRECTION],
    [4, 5, 6, 4, 6, 5, 4, 4],
    [NAN, NAN, NAN, 0.0, 3.0, NAN, 2.0, 9.0],
)
GUESSES = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 5.0], *[[NAN, NAN]] * 5])


def test_a_question_is_judged_once_none_before_it_is_open():
    judged = judge(nothing_asked(8, 2), "squared", MIXED, GUESSES)
    assert judged.number.tolist() == [4, 6]
    assert judged.row.tolist() == [6, 6]
    assert judged.us.tolist() == [0, 14]
    assert judged.losses.tolist() == [[1.0, 0.0], [0.0, 4.0]]  # by the first label, neither hint nor correction


@pytest.mark.parametrize("cut", range(1, 8))
def test_the_cut_changes_nothing(cut):
    asked, parts = nothing_asked(8, 2), []
    for first, stop in ((0, cut), (cut, 8)):
        some = judge(asked, "squared", MIXED.rows(slice(first, stop)), GUESSES[first:stop])
        parts.append(some._replace(row=some.row + first))
    joined = Judged(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    for one, other in zip(joined, judge(nothing_asked(8, 2), "squared", MIXED, GUESSES), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_sure_probability_that_is_wrong_costs_no_more_than_so_much():
    turns = told([ASKED, SETTLED], [0, 0], [NAN, 1.0])
    judged = judge(nothing_asked(8, 1), "logistic", turns, np.array([[0.0], [NAN]]))
    np.testing.assert_allclose(judged.losses, [[-np.log(1e-6)]])


def test_the_oldest_open_question_is_waited_for_while_there_is_room():
    what, number = [ASKED] * 5 + [SETTLED] * 4, [0, 1, 2, 3, 4, 1, 2, 3, 4]
    turns = told(what, number, [NAN] * 5 + [1.0] * 4)
    guesses = np.zeros((9, 1))
    assert judge(nothing_asked(4, 1), "squared", turns, guesses).number.tolist() == [1, 2, 3, 4]
    assert judge(nothing_asked(5, 1), "squared", turns, guesses).number.tolist() == []


@pytest.mark.parametrize(("loss", "told_it"), [("squared", 1.0), ("logistic", np.log(2))])
def test_a_guess_that_is_no_number_holds_nobody_up(loss, told_it):
    turns = told([ASKED, ASKED, SETTLED, SETTLED], [0, 1, 0, 1], [NAN, NAN, 1.0, 1.0])
    guesses = np.array([[NAN], [0.0 if loss == "squared" else 0.5], [NAN], [NAN]])
    np.testing.assert_allclose(judge(nothing_asked(4, 1), loss, turns, guesses).losses, [[NAN], [told_it]])


@pytest.mark.parametrize("cuts", [(), (4,), (2, 6), (2, 4, 6, 8)])
def test_looks_stand_at_the_same_rows_however_it_was_cut(cuts):
    tick, since, due = np.arange(12) // 2, np.zeros(1, np.int64), []
    for first, stop in zip((0, *cuts), (*cuts, 12), strict=True):
        for at, end, look in looks(tick[first:stop], 3, since):
            assert end > at
            due += [first + at] * look
    assert due == [4, 8]
    assert since[0] == 4


def test_no_rows_no_looks():
    assert list(looks(np.empty(0, np.int64), 3, np.array([7]))) == []


def test_questions_that_were_asked_elsewhere_are_passed_over():
    """What verifies decisions asks some of many: places between them hold what never was, or what was long ago."""
    asked = nothing_asked(64, 1)
    assert judge(asked, "squared", told([ASKED, SETTLED], [3, 3], [NAN, 1.0]), np.zeros((2, 1))).number.tolist() == [3]
    for number in (50, 5_000):
        turns = told([ASKED, SETTLED], [number, number], [NAN, 1.0])
        assert judge(asked, "squared", turns, np.zeros((2, 1))).number.tolist() == [number]
    assert asked.ends.tolist() == [5_001, 5_001]
