"""Places for what has only just come."""

from __future__ import annotations

from dataclasses import replace

import pytest
from slates import shown, slate

from evercart.errors import UserError
from evercart.learners.policies.slate import Asked
from evercart.learners.policies.young import Young
from evercart.units import DAY_US

SCORES = [9.0, 8, 7, 6, 5, 4]
NOW_US = 30 * DAY_US


@pytest.mark.parametrize(
    ("least", "days", "expected"),
    [
        (1, {4: 25, 5: 29}, [1, 2, 4]),
        (2, {4: 25, 5: 29}, [1, 4, 5]),
        (2, {2: 25, 5: 29}, [1, 2, 5]),
        (1, {1: 25, 5: 29}, [1, 2, 3]),
        (1, {4: 23, 5: 29}, [1, 2, 5]),  # a week old is old
        (3, {4: 3}, [1, 2, 3]),
    ],
)
def test_the_last_of_the_old_make_room(least: int, days: dict[int, int], expected: list[int]) -> None:
    since = {item: day * DAY_US for item, day in days.items()}
    one = Young(least, since)(replace(slate(SCORES), asked=Asked(0, NOW_US)))
    assert shown(one) == expected
    assert {row + 1 for row, name in one.marks if name == "young"} == set(expected) - {1, 2, 3}
    assert sorted(one.items.tolist()) == [1, 2, 3, 4, 5, 6]


def test_what_comes_meanwhile_is_young() -> None:
    since: dict[int, int] = {}
    part = Young(1, since, younger_s=60)
    asked = replace(slate(SCORES), asked=Asked(0, NOW_US))
    assert shown(part(asked)) == [1, 2, 3]
    since[6] = NOW_US
    assert shown(part(asked)) == [1, 2, 6]


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(UserError, match=r"^young\.least: expected at least 1, got 0$"):
        Young(0, {})
    with pytest.raises(UserError, match=r"^young\.younger_s: expected more than 0, got 0$"):
        Young(1, {}, younger_s=0)
