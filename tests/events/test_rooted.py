"""An answer to an event answers the decision that was made about it."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.events.rooted import Rooted
from evercart.units import DAY_US

FOLD = Rooted("payment", ("chargeback", "resolved"), keep_s=86_400)


def roots(**columns: list[int]) -> list[int]:
    return FOLD.step(FOLD.start(), Events.of(**columns))[1]["ref"].tolist()


def test_only_answers_to_events_that_name_a_decision_change() -> None:
    assert roots(kind=[21, 21, 22, 23, 22, 1], id=[7, 8, 1, 2, 3, 4], ref=[5, 0, 7, 7, 8, 7]) == [5, 0, 5, 5, 8, 7]


def test_an_event_is_forgotten() -> None:
    assert roots(kind=[21, 22, 22], id=[7, 1, 2], ref=[5, 7, 7], logged_us=[0, DAY_US, DAY_US + 1]) == [5, 5, 7]


def test_columns_are_filled_where_they_lack() -> None:
    fold = Rooted("payment", ("chargeback",), copies=("user", "card"))
    rows = Events.of(kind=[21, 22, 22, 1], id=[7, 1, 2, 3], ref=[0, 7, 7, 7], user=[5, 0, 6, 0], card=[9, 0, 0, 0])
    _, filled = fold.step(fold.start(), rows)
    assert filled["user"].tolist() == [5, 5, 6, 0]
    assert filled["card"].tolist() == [9, 9, 9, 0]
    assert filled["ref"].tolist() == [0, 7, 7, 7]


def test_mistakes_are_told() -> None:
    with pytest.raises(UserError, match=r"^rooted\.copies: expected hashed columns, not those .*, got 'amount'$"):
        Rooted("payment", (), copies=("amount",))
    with pytest.raises(UserError, match=r"^rooted\.keep_s: expected more than 0, got 0$"):
        Rooted("payment", (), 0)
