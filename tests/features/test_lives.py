"""What is known of a shopper's visits is exact."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.lives import COLUMNS, Lives
from evercart.units import DAY_S, DAY_US, HOUR_S, MISSING

HOUR_US = DAY_US // 24


def said(lives: Lives, us: list[int], amount: list[int], at: int) -> dict[str, float]:
    """Return what is known of a shopper, by column, asked at a time after these orders."""
    rows = Events.of(
        kind=[*(2 for _ in us), 7],
        logged_us=[*us, at],
        user=[5] * (len(us) + 1),
        amount=[*amount, MISSING],
        number=[*(-1 for _ in us), 0],
    )
    state, x = lives.step(lives.start(), rows)
    peeked = lives.peek(state, rows.rows(slice(len(us), None)))
    np.testing.assert_array_equal(peeked, x)
    return dict(zip([column.name for column in COLUMNS], x[0].tolist(), strict=True))


def test_lines_of_a_visit_are_one_visit() -> None:
    lives = Lives(gap_s=8 * HOUR_S)
    about = said(lives, [0, HOUR_US, 4 * DAY_US, 4 * DAY_US], [100, 50, 250, 1], 6 * DAY_US)
    assert about["visits"] == 2
    assert about["age"] == 6
    assert about["since"] == 2
    assert about["paid"] == pytest.approx(401 / 2)
    assert about["paid_last"] == 251
    assert about["every"] == pytest.approx(4)
    assert about["spread"] == 0


def test_the_rhythm_is_the_mean_of_logarithms_at_first() -> None:
    about = said(Lives(), [0, 2 * DAY_US, 10 * DAY_US], [1, MISSING, 1], 10 * DAY_US)
    assert about["every"] == pytest.approx(4)  # of 2, 8
    assert about["spread"] == pytest.approx(np.log(2))
    assert about["paid"] == pytest.approx(2 / 3)


def test_who_comes_again_after_a_long_time_is_new() -> None:
    lives = Lives(keep_s=30 * DAY_S)
    assert said(lives, [0, DAY_US], [1, 1], 31 * DAY_US)["visits"] == 2
    assert said(lives, [0, DAY_US], [1, 1], 31 * DAY_US + 1)["visits"] == 0
    assert said(lives, [0, DAY_US, 40 * DAY_US], [1, 1, 7], 41 * DAY_US)["paid"] == 7


def test_of_nobody_nothing_is_known() -> None:
    lives = Lives()
    rows = Events.of(kind=[2, 7], user=[0, 0], amount=[5, 5], number=[-1, 0])
    assert not lives.step(lives.start(), rows)[1].any()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"gap_s": -1}, "lives.gap_s: expected at least 0, got -1"),
        ({"keep_s": 0}, "lives.keep_s: expected more than the gap (0), got 0"),
        ({"kind": "nonsense"}, "kind: expected one of "),
        ({"by": "amount"}, "lives.by: expected one of "),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Lives(**wrong)
