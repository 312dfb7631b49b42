"""Lessons fill in the order of settling."""

import numpy as np

from evercart.learners.deep.lesson import Lesson, lessons, waiting


def rows(*numbers):
    n = len(numbers)
    flat = np.array(numbers, float)
    return Lesson(
        np.full(n, 2, np.int8), np.array(numbers), flat, flat * np.nan, flat * 0 + 1, flat[:, None].astype("f4")
    )


def test_lessons_fill_in_order_and_the_rest_waits():
    held = waiting(3, 1)
    assert list(lessons(held, rows(0, 1))) == []
    full = list(lessons(held, rows(2, 3, 4, 5, 6)))
    assert [one.number.tolist() for one in full] == [[0, 1, 2], [3, 4, 5]]
    assert [one.x[:, 0].tolist() for one in full] == [[0, 1, 2], [3, 4, 5]]
    assert held.filled[0] == 1 and held.rows.number.tolist() == [6, 0, 0]


def test_spare_places_are_zeros_so_that_equal_states_have_equal_bits():
    one, other = waiting(3, 1), waiting(3, 1)
    list(lessons(one, rows(1, 2, 3, 9)))
    list(lessons(other, rows(9)))
    for ours, theirs in zip(one.rows, other.rows, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_lesson_of_one():
    assert [one.number.tolist() for one in lessons(waiting(1, 1), rows(4, 5))] == [[4], [5]]
