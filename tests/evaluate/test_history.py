"""Histories hold what was known when."""

import numpy as np

from evercart.evaluate.history import NEVER, History
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns


def turns(*rows):
    """Rows are (what, number, us, y)."""
    what, number, us, y = zip(*rows, strict=True)
    at = np.arange(len(rows))
    number = np.array(number)
    nan = np.full(len(rows), np.nan)
    x = number[:, None].astype(np.float32)
    return Turns(np.array(what, np.int8), at, at, np.array(us), number, np.array(y), nan, nan, at.astype(np.uint64), x)


TURNS = turns(
    (SETTLED, 2, 0, 1.0),  # asked before these turns
    (ASKED, 3, 10, np.nan),
    (ASKED, 4, 11, np.nan),
    (ASKED, 5, 12, np.nan),
    (HINT, 3, 13, 0.0),
    (SETTLED, 4, 14, 1.0),
    (ABANDONED, 5, 15, np.nan),
    (SETTLED, 3, 20, 0.0),
    (CORRECTION, 3, 25, 1.0),
)


def test_turns_are_gathered_by_question():
    history = History.of(TURNS)
    assert history.number.tolist() == [3, 4, 5]
    assert history.settled_us.tolist() == [20, 14, 15]
    assert history.late_us.tolist() == [25, NEVER, NEVER]
    assert history.x[:, 0].tolist() == [3, 4, 5]
    assert np.array_equal(history.y, [0.0, 1.0, np.nan], equal_nan=True)


def test_known_is_what_settled_before():
    history = History.of(TURNS)
    assert history.known(14, closed=False).tolist() == []
    assert history.known(15, closed=False).tolist() == [1]
    assert history.known(15, closed=True).tolist() == []  # question 3 is older, still open
    assert history.known(21, closed=True).tolist() == [0, 1]


def test_late_truth_counts_from_its_moment_on():
    history = History.of(TURNS)
    rows = np.array([0, 1])
    assert history.labels(rows, 25).tolist() == [0.0, 1.0]
    assert history.labels(rows, 26).tolist() == [1.0, 1.0]


def test_no_turns():
    assert len(History.of(TURNS.rows(slice(0, 0)))) == 0
