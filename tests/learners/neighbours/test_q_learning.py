"""Candidates by the reward that going there led to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.q_learning import TRAITS, QLearning
from evercart.units import SECOND_US

EXACT = QLearning(prior=0.0, rate=1e-6)
VIEW, ORDER, ASKED = 1, 2, 7


def asked(fold: QLearning, rows: list[tuple[int, int, int]]) -> tuple[Any, Candidates]:
    """Step over (kind, session, item) rows, one a second."""
    kind, session, item = (np.array(column) for column in zip(*rows, strict=True))
    woven = Events.of(
        kind=kind,
        logged_us=np.arange(len(rows)) * SECOND_US,
        session=session,
        item=item,
        number=np.where(kind == ASKED, np.cumsum(kind == ASKED) - 1, -1),
    )
    return fold.step(fold.start(), woven)


def said(out: Candidates, name: str) -> dict[int, float]:
    """Return a trait of each candidate."""
    return {int(item): float(x) for item, x in zip(out.item, out.x[:, TRAITS.index(name)], strict=True)}


def test_a_value_is_the_mean_of_what_came() -> None:
    rows = [(VIEW, 1, 10), (VIEW, 1, 11), (ORDER, 1, 11), (VIEW, 2, 10), (VIEW, 2, 11), (VIEW, 3, 10), (ASKED, 3, 10)]
    _, out = asked(EXACT, rows)
    assert said(out, "value")[11] == pytest.approx(0.1 + 1.0 / 2)
    assert said(out, "share")[11] == pytest.approx(1.0)


def test_what_leads_to_an_order_one_step_later_is_worth_its_share() -> None:
    paid = [(VIEW, 1, 11), (VIEW, 1, 12), (ORDER, 1, 12)]
    _, out = asked(EXACT, [*paid, (VIEW, 2, 10), (VIEW, 2, 11), (VIEW, 3, 10), (ASKED, 3, 10)])
    assert said(out, "value")[11] == pytest.approx(0.1 + 0.8 * 1.1)


def test_the_rarer_way_stands_first_if_it_brings_more() -> None:
    seen = [row for session in range(1, 4) for row in ((VIEW, session, 10), (VIEW, session, 20))]
    paid = [(VIEW, 9, 10), (VIEW, 9, 21), (ORDER, 9, 21)]
    _, out = asked(EXACT, [*seen, *paid, (VIEW, 50, 10), (ASKED, 50, 10)])
    assert out.item.tolist() == [21, 20]
    _, out = asked(QLearning(prior=20.0), [*seen, *paid, (VIEW, 50, 10), (ASKED, 50, 10)])
    assert said(out, "value")[21] < 0.1


def test_depth_may_be_told_apart() -> None:
    rows = [(VIEW, 1, 10), (VIEW, 1, 11), (VIEW, 1, 10), (VIEW, 1, 12), (VIEW, 2, 10), (ASKED, 2, 10)]
    assert sorted(asked(EXACT, rows)[1].item.tolist()) == [11, 12]
    assert asked(QLearning(depths=3), rows)[1].item.tolist() == [11]


def test_who_is_where_nobody_was_gets_what_sessions_begin_with() -> None:
    rows = [(VIEW, 1, 10), (VIEW, 2, 11), (VIEW, 3, 11), (ASKED, 77, 99), (ASKED, 3, 11)]
    _, out = asked(QLearning(), rows)
    assert out.item.tolist() == [11, 10, 11, 10]


def test_of_more_ways_than_are_listed_the_least_gone_make_room() -> None:
    often = [row for session in (1, 2) for row in ((VIEW, session, 10), (VIEW, session, 11))]
    rare = [row for session in range(3, 9) for row in ((VIEW, session, 10), (VIEW, session, 10 + session))]
    _, out = asked(QLearning(listed=2), [*often, *rare, (VIEW, 50, 10), (ASKED, 50, 10)])
    assert set(out.item.tolist()) == {11, 18}


def test_an_empty_shop_offers_nothing() -> None:
    assert len(asked(QLearning(), [(ASKED, 1, 0)])[1]) == 0


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"by": "amount"}, "q_learning.by: expected a hashed column, got 'amount'"),
        ({"discount": 1.0}, "q_learning.discount: expected at least 0, less than 1, got 1.0"),
        ({"depths": 0}, "q_learning.depths: expected at least 1, got 0"),
        ({"rate": 0}, "q_learning.rate: expected more than 0, at most 1, got 0"),
    ],
)
def test_texts(settings: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        QLearning(**settings)
    assert str(caught.value) == text
