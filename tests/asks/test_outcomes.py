"""Each question is put once for each outcome; a logged decision stays one."""

from __future__ import annotations

import re

import pytest

from evercart.asks.each import After
from evercart.asks.outcomes import Outcomes
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.units import MISSING


def test_questions_are_numbered_through() -> None:
    asks = Outcomes(After("view", ("user",)), ("view", "cart", "order"))
    rows = Events.of(kind=[1, 2, 1], user=[7, 7, 8], about=[MISSING] * 3, logged_us=[5, 6, 7])
    state, woven = asks.step(asks.start(), rows)
    assert woven["number"].tolist() == [-1, 0, 1, 2, -1, -1, 3, 4, 5]
    assert woven["about"][woven.asked].tolist() == [1, 17, 2] * 2
    assert woven["user"][woven.asked].tolist() == [7, 7, 7, 8, 8, 8]
    assert state.next.tolist() == [6]
    _, more = asks.step(state, rows.rows(slice(0, 1)))
    assert more["number"].tolist() == [-1, 6, 7, 8]


def test_a_decision_in_the_log_says_itself_what_it_is_about() -> None:
    asks = Outcomes(After("view", ("user",)), ("cart", "order"))
    rows = Events.of(kind=[7, 1], id=[3, 4], user=[7, 7], about=[2, MISSING])
    _, woven = asks.step(asks.start(), rows)
    assert woven["about"].tolist() == [2, MISSING, 17, 2]
    assert woven["number"].tolist() == [0, -1, 1, 2]


def test_it_reads_what_the_asks_inside_read() -> None:
    asks = Outcomes(After("view", ("user",)), ("cart",))
    assert asks.reads == ("user", "id", "app", "ref", "about")
    assert (asks.kind, asks.own) == ("view", After("view", ("user",)).own)


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ((), "outcomes.kinds: expected at least one kind, got 'none'"),
        (("view", "view"), "outcomes.kinds: expected kinds that differ, got 'view view'"),
        (("nonsense",), "kind: expected one of "),
    ],
)
def test_mistakes_are_told(kinds: tuple[str, ...], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Outcomes(After("view"), kinds)
