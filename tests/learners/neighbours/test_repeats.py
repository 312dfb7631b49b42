"""A shopper's own purchases as candidates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import clone, fingerprint
from evercart.learners.neighbours.candidates import Candidates
from evercart.learners.neighbours.repeats import TRAITS, Repeats
from evercart.units import DAY_US


def asked(fold: Repeats, rows: list[tuple[int, int, float]]) -> tuple[Any, Candidates]:
    """Step over (user, item, day) rows; item 0 is a question about the user."""
    is_asked = np.array([item == 0 for _, item, _ in rows])
    woven = Events.of(
        kind=np.where(is_asked, 7, 2),
        logged_us=[round(day * DAY_US) for _, _, day in rows],
        user=[user for user, _, _ in rows],
        item=[item for _, item, _ in rows],
        number=np.where(is_asked, np.cumsum(is_asked) - 1, -1),
    )
    return fold.step(fold.start(), woven)


def test_only_the_shoppers_own_items_are_offered_the_frequent_first() -> None:
    _, out = asked(Repeats(), [(1, 5, 0), (1, 6, 1), (2, 7, 1), (1, 5, 2), (1, 0, 3), (9, 0, 3)])
    assert out.item.tolist() == [5, 6]
    assert out.question.tolist() == [0, 0]


def test_what_is_due_stands_before_what_was_just_bought() -> None:
    weekly = [(1, 5, day) for day in (0, 7, 14, 21)]
    daily_first = [(1, 6, day) for day in (1, 8, 15, 27)]
    rows = sorted([*weekly, *daily_first], key=lambda row: row[2])
    _, out = asked(Repeats(half_s=1e9), [*rows, (1, 0, 28)])
    assert out.item.tolist() == [5, 6]
    assert out.x[0, TRAITS.index("in_time")] > 0.9


def test_old_purchases_fade() -> None:
    rows = [(1, 5, 0), (1, 5, 1), (1, 6, 200), (1, 0, 201)]
    assert asked(Repeats(), rows)[1].item.tolist() == [6, 5]
    assert asked(Repeats(half_s=1e9), rows)[1].item.tolist() == [5, 6]


def test_lines_of_one_basket_are_one_purchase() -> None:
    _, out = asked(Repeats(), [(1, 5, 0), (1, 5, 0), (1, 5, 0.1), (1, 0, 1)])
    assert out.x[0, TRAITS.index("once")] == 1.0


@pytest.mark.parametrize("later_days", [0, 2, 400])
def test_a_peek_says_what_a_step_would_while_the_state_stays(later_days: int) -> None:
    fold = Repeats(keep_s=30 * DAY_US / 1e6)
    state, _ = asked(fold, [(1, 5, 0), (2, 6, 1), (1, 6, 20), (1, 5, 29)])
    us = (29 + later_days) * DAY_US
    question = Events.of(kind=[7, 7], logged_us=[us, us], user=[1, 2], item=[0, 0], number=[0, 1])
    before = fingerprint(state)
    peeked = fold.peek(state, question)
    assert fingerprint(state) == before
    stepped = fold.step(clone(state), question)[1]
    assert peeked.item.tolist() == stepped.item.tolist()
    assert peeked.x.tobytes() == stepped.x.tobytes()
    with pytest.raises(UserError, match=r"^repeats\.peek: expected questions alone, got '1 other rows'$"):
        fold.peek(state, Events.of(kind=[2], user=[1], item=[5], number=[-1]))


def test_a_full_list_forgets_the_item_bought_least_lately() -> None:
    rows = [(1, 5, 0), (1, 6, 1), (1, 5, 2), (1, 7, 3), (1, 0, 4)]
    state, out = asked(Repeats(most=2), rows)
    assert set(out.item.tolist()) == {5, 7}
    assert state.pairs.keys.live == 2


def test_a_shopper_lives_as_long_as_their_last_item() -> None:
    state, out = asked(Repeats(keep_s=86_400 * 10), [(1, 5, 0), (1, 6, 3), (2, 8, 12), (1, 0, 12), (2, 0, 13.5)])
    assert out.item.tolist() == [6, 8]
    assert state.users.live == 1


def test_settings_that_make_no_sense() -> None:
    with pytest.raises(UserError, match=r"^repeats\.most: expected 1 to 10000, got 0$"):
        Repeats(most=0)
    with pytest.raises(UserError, match=r"^repeats\.half_s: expected more than 0, got 0$"):
        Repeats(half_s=0)
