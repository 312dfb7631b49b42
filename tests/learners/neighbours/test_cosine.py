"""Candidates by the cosine of shoppers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.cosine import TRAITS, Cosine
from evercart.units import DAY_US

LIKES = [(1, 10, 0), (1, 11, 1), (1, 12, 2), (2, 10, 3), (2, 11, 4), (3, 12, 5), (3, 13, 6), (9, 10, 7)]


def asked(fold: Cosine, rows: list[tuple[int, int, float]]) -> tuple[Any, Candidates]:
    """Step over (user, item, day) rows; item 0 is a question about the user."""
    is_asked = np.array([item == 0 for _, item, _ in rows])
    woven = Events.of(
        kind=np.where(is_asked, 7, 1),
        logged_us=[round(day * DAY_US) for _, _, day in rows],
        user=[user for user, _, _ in rows],
        item=[item for _, item, _ in rows],
        number=np.where(is_asked, np.cumsum(is_asked) - 1, -1),
    )
    return fold.step(fold.start(), woven)


def test_the_cosine_of_shoppers() -> None:
    _, out = asked(Cosine(), [*LIKES, (9, 0, 8)])
    assert out.item.tolist() == [11, 12]
    both = dict(zip(out.item.tolist(), out.x[:, TRAITS.index("all_log")].tolist(), strict=True))
    assert both[11] == pytest.approx(np.log1p(2 / np.sqrt(3 * 2)))
    assert both[12] == pytest.approx(np.log1p(1 / np.sqrt(3 * 2)))


def test_what_the_shopper_had_is_not_offered() -> None:
    _, out = asked(Cosine(), [*LIKES, (1, 0, 8)])
    assert out.item.tolist() == [13]


def test_later_items_of_the_history_weigh_more() -> None:
    rows = [(1, 10, 0), (1, 20, 0.1), (2, 11, 0.2), (2, 21, 0.3), (3, 10, 1), (3, 11, 2), (3, 0, 3)]
    _, out = asked(Cosine(near=0, fading=0.5), rows)
    assert out.item.tolist() == [21, 20]


def test_of_a_stranger_the_popular_stand() -> None:
    _, out = asked(Cosine(offered=2), [*LIKES, (77, 0, 8)])
    assert out.item.tolist() == [10, 12]


def test_an_empty_shop_offers_nothing() -> None:
    assert len(asked(Cosine(), [(1, 0, 0)])[1]) == 0


def test_what_was_long_ago_is_forgotten() -> None:
    _, out = asked(Cosine(keep_s=86_400), [(1, 10, 0), (1, 11, 0), (2, 10, 5), (2, 0, 5)])
    assert len(out) == 0


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"by": "amount"}, "cosine.by: expected a hashed column, got 'amount'"),
        ({"listed": 12}, "cosine.listed: expected a multiple of 8, got 12"),
        ({"anchors": 65}, "cosine.anchors: expected 1 to `path`, got 65"),
        ({"fading": 0}, "cosine.fading: expected more than 0, at most 1, got 0"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as error:
        Cosine(**settings)
    assert str(error.value) == text
