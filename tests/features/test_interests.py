"""Interests fade, are named by the log, know what is dear."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.interests import Interests
from evercart.units import DAY_S, DAY_US, MISSING

ITEM, ORDER, VIEW, ASKED = 3, 2, 1, 7


def rows(*given: tuple[int, int, int, dict[str, int]]) -> Events:
    """Return rows: kind, day, item, further columns."""
    more = {"user": 5, "category": 0, "brand": 0, "quantity": 1_000, "amount": MISSING}
    columns = {name: [one[3].get(name, usual) for one in given] for name, usual in more.items()}
    asked = [one[0] == ASKED for one in given]
    return Events.of(
        kind=[one[0] for one in given],
        logged_us=[one[1] * DAY_US for one in given],
        item=[one[2] for one in given],
        number=np.where(asked, np.cumsum(asked) - 1, -1),
        **columns,
    )


CATALOGUE = [
    (ITEM, 0, 1, {"category": 11, "brand": 21}),
    (ITEM, 0, 2, {"category": 12, "brand": 22}),
    (ITEM, 0, 3, {"category": 13}),
]


def test_an_interest_halves_in_its_half_life() -> None:
    table = Interests(half_s=10 * DAY_S)
    state, _ = table.step(table.start(), rows(*CATALOGUE, (ORDER, 1, 1, {}), (ORDER, 11, 2, {}), (ORDER, 11, 3, {})))
    found = table.of(state, 5, 11 * DAY_US)
    assert [(one.axis, one.offset) for one in found] == [
        ("category", 1),
        ("category", 2),
        ("category", 0),
        ("brand", 1),
        ("brand", 0),
    ]
    assert [one.share for one in found] == pytest.approx([0.4, 0.4, 0.2, 2 / 3, 1 / 3])


def test_a_look_counts_less_and_no_look_nothing() -> None:
    seen = rows(*CATALOGUE, (VIEW, 1, 1, {}), (ORDER, 1, 2, {}))
    for looked, shares in ((0.25, [0.8, 0.2]), (0.0, [1.0])):
        table = Interests(looked=looked)
        state, _ = table.step(table.start(), seen)
        assert [one.share for one in table.of(state, 5, DAY_US) if one.axis == "category"] == pytest.approx(shares)


def test_what_is_asked_is_told_in_numbers() -> None:
    table = Interests(slots=64)
    given = (*CATALOGUE, (ORDER, 1, 1, {}), (ORDER, 1, 1, {}), (ORDER, 1, 2, {}), (ASKED, 1, 0, {}))
    state, x = table.step(table.start(), rows(*given))
    assert x[0, 0] == 1 + 11 % 63
    assert x[0, 1:3].tolist() == pytest.approx([2 / 3, 9 / 5])
    asked = rows((ASKED, 1, 0, {}), (ASKED, 1, 0, {"user": 6}))
    np.testing.assert_array_equal(table.peek(state, asked), [x[0], np.zeros(4)])


def test_dear_is_against_the_category() -> None:
    table = Interests()
    usual = [(ORDER, 1, 1, {"user": 9, "amount": 200}) for _ in range(20)]
    dear = [(ORDER, 2, 1, {"amount": 800, "quantity": 2_000}) for _ in range(3)]
    _, x = table.step(table.start(), rows(*CATALOGUE, *usual, *dear, (ASKED, 2, 0, {})))
    assert x[0, 3] == pytest.approx(np.log(2), rel=0.1)  # twice the usual price a piece, which moves a little


def test_the_weakest_gives_way() -> None:
    table = Interests(most=2)
    given = [(ORDER, 1, 1, {}), (ORDER, 1, 1, {}), (ORDER, 1, 2, {}), (ORDER, 2, 3, {})]
    state, _ = table.step(table.start(), rows(*CATALOGUE, *given))
    assert [one.offset for one in table.of(state, 5, 2 * DAY_US) if one.axis == "category"] == [0, 2]


def test_who_is_not_known_has_none() -> None:
    table = Interests(keep_s=DAY_S)
    state, _ = table.step(table.start(), rows(*CATALOGUE, (ORDER, 0, 1, {})))
    assert table.of(state, 5, 0)
    assert table.of(state, 6, 0) == table.of(state, 0, 0) == table.of(state, 5, 3 * DAY_US) == []


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"half_s": 0}, "interests.half_s: expected more than 0, got 0"),
        ({"looked": -1}, "interests.looked: expected a finite number of at least 0, got -1"),
        ({"most": 0}, "interests.most: expected 1 to 256, got 0"),
        ({"keep_s": 0}, "interests.keep_s: expected more than 0, got 0"),
        ({"slots": 1}, "interests.slots: expected 2 to 16777216, got 1"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Interests(**wrong)
