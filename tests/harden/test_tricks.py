"""A trick changes the columns it names, no others."""

from __future__ import annotations

import numpy as np

from evercart.features.columns import Column
from evercart.harden.tricks import Changed, Trick

COLUMNS = tuple(Column(name) for name in "abcd")
X = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32)
OTHER = np.array([[10, 20, 30, 40], [50, 60, 70, 80]], np.float32)


def test_columns_are_taken_moved_raised() -> None:
    made = Changed(COLUMNS, Trick("all", ("a",), (("b", "c"),), (("d", 6.0),)))(X, OTHER)
    assert made.tolist() == [[10, 3, 3, 6], [50, 7, 7, 8]]
    assert X[0].tolist() == [1, 2, 3, 4]


def test_what_is_moved_comes_from_the_question_itself() -> None:
    made = Changed(COLUMNS, Trick("both", ("a", "c"), (("b", "c"),)))(X, OTHER)
    assert made[0].tolist() == [10, 3, 30, 4]


def test_two_tricks_make_one() -> None:
    both = Trick("one", ("a",), (), (("d", 9.0),)).also(Trick("other", ("b",)))
    assert (both.name, both.taken, both.least) == ("one, other", ("a", "b"), (("d", 9.0),))
    assert Changed(COLUMNS, both)(X, OTHER)[0].tolist() == [10, 20, 3, 9]
