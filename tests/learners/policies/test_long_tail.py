"""Places for what is not among the best-known items."""

from __future__ import annotations

import pytest
from slates import shown, slate

from evercart.errors import UserError
from evercart.learners.policies.long_tail import LongTail

SCORES = [9.0, 8, 7, 6, 5, 4]


@pytest.mark.parametrize(
    ("least", "head", "expected"),
    [
        (1, {1, 2, 3}, [1, 2, 4]),
        (2, {1, 2, 3}, [1, 4, 5]),
        (2, {1, 3}, [1, 2, 4]),
        (1, {1, 2}, [1, 2, 3]),
        (3, {1, 2, 3, 4, 5}, [1, 2, 6]),
        (9, {1, 2, 3}, [4, 5, 6]),
        (2, {1, 2, 3, 4, 5, 6}, [1, 2, 3]),
    ],
)
def test_the_last_of_the_head_make_room(least: int, head: set[int], expected: list[int]) -> None:
    one = LongTail(least, head)(slate(SCORES))
    assert shown(one) == expected
    assert {row + 1 for row, _ in one.marks} == set(expected) - {1, 2, 3}
    assert sorted(one.items.tolist()) == [1, 2, 3, 4, 5, 6]


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(UserError, match=r"^long_tail\.least: expected at least 1, got 0$"):
        LongTail(0, ())
