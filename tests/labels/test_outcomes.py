"""What rows are worth as answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events, missing
from evercart.labels.outcomes import Gains, summed_up

SHOP = Gains((("view", 0.1), ("order", 1.0), ("feedback", -0.5)))
NONE = missing("amount")


def rows(**columns: Any) -> Events:
    return Events.of(**columns)


def test_each_kind_has_its_worth() -> None:
    assert SHOP.of(rows(kind=[1, 2, 9, 3], item=[5, 5, 5, 5])).tolist() == [0.1, 1.0, -0.5, 0.0]


def test_rows_without_an_item_with_questions_among_them_are_worth_nothing() -> None:
    assert SHOP.of(rows(kind=[2, 2, 0], item=[0, 5, 0])).tolist() == [0.0, 1.0, 0.0]
    assert SHOP.of(rows(kind=[2, 2], item=[5, 5], number=[3, -1])).tolist() == [0.0, 1.0]


def test_value_weighs_what_is_worth_more_than_nothing() -> None:
    valued = Gains(SHOP.worth, value="amount", usual=100, power=0.5)
    found = valued.of(rows(kind=[1, 2, 2, 2, 9], item=[5] * 5, amount=[NONE, 100, 400, -7, 400]))
    assert found.tolist() == [0.1, 1.0, 2.0, 0.0, -0.5]


def test_of_one_item_the_best_outcome_counts_less_what_came_back() -> None:
    number, item = np.array([1, 0, 0, 0, 0]), np.array([5, 5, 5, 6, 6], np.uint64)
    found = summed_up(number, item, np.array([0.1, 1.0, 0.1, 0.1, -0.5]))
    assert found.number.tolist() == [0, 0, 1]
    assert found.item.tolist() == [5, 6, 5]
    assert found.gain.tolist() == [1.0, 0.0, 0.1]


def test_of_nothing_comes_nothing() -> None:
    assert len(summed_up(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0)).gain) == 0


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"worth": ()}, "gains.worth: expected at least one kind, got 0"),
        ({"worth": (("order", -1.0),)}, "gains.worth: expected a kind worth more than 0, got (('order', -1.0),)"),
        ({"worth": (("order", float("nan")),)}, "gains.worth order: expected a number, got nan"),
        ({"value": "user"}, "gains.value: expected a column of whole numbers, got 'user'"),
        ({"usual": 0}, "gains.usual: expected more than 0, got 0"),
        ({"power": 2}, "gains.power: expected more than 0, at most 1, got 2"),
    ],
)
def test_texts(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Gains(**{"worth": SHOP.worth, **settings})
    assert str(caught.value) == text
