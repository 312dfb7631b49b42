"""Candidates for the next basket of a shopper who arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.learners.neighbours.basket_traits import TRAITS
from evercart.learners.neighbours.baskets import Baskets
from evercart.learners.neighbours.candidates import Candidates
from evercart.units import DAY_US

Row = tuple[int, int, int, float]  # user, item (0: a question), place, day


def asked(fold: Baskets, rows: Sequence[Row]) -> tuple[Any, Candidates]:
    """Step over rows; those of one shopper within a day are one basket."""
    is_asked = np.array([item == 0 for _, item, _, _ in rows])
    woven = Events.of(
        kind=np.where(is_asked, 7, 2),
        logged_us=[round(day * DAY_US) for *_, day in rows],
        user=[user for user, _, _, _ in rows],
        session=[0 if item == 0 else 1 + int(day) for _, item, _, day in rows],
        item=[item for _, item, _, _ in rows],
        place=[place for _, _, place, _ in rows],
        number=np.where(is_asked, np.cumsum(is_asked) - 1, -1),
    )
    return fold.step(fold.start(), woven)


def trait(out: Candidates, name: str) -> dict[int, float]:
    return dict(zip(out.item.tolist(), out.x[:, TRAITS.index(name)].tolist(), strict=True))


def test_own_items_come_first_then_those_of_the_place_then_those_of_all() -> None:
    rows = [(1, 5, 1, 0), (1, 6, 1, 0), (1, 5, 1, 1), (2, 7, 1, 1), (3, 8, 2, 1), (3, 8, 2, 2), (1, 0, 1, 3)]
    _, out = asked(Baskets(), rows)
    assert out.item.tolist() == [5, 6, 7, 8]
    assert out.rank.tolist() == [0, 1, 2, 3]
    assert trait(out, "own") == {5: 1, 6: 1, 7: 0, 8: 0}
    assert trait(out, "sells") == {5: 0, 6: 0, 7: 1, 8: 1}
    assert trait(out, "here")[8] == 0 < trait(out, "here")[7]


def test_who_is_unknown_is_offered_what_sells() -> None:
    rows = [(1, 5, 1, 0), (2, 5, 1, 0), (2, 6, 1, 0), (0, 6, 1, 0), (0, 6, 0, 0), (9, 0, 3, 1), (0, 0, 0, 1)]
    _, out = asked(Baskets(), rows)
    assert out.question.tolist() == [0, 0, 1, 1]
    assert out.item.tolist() == [6, 5, 6, 5]
    assert not out.x[:, [TRAITS.index(name) for name in ("own", "log_baskets", "again")]].any()


def test_nobody_bought_anything_yet() -> None:
    assert len(asked(Baskets(), [(1, 0, 1, 0)])[1]) == 0


def test_no_more_are_offered_than_was_said_each_once() -> None:
    rows: list[Row] = [(1, 1 + n % 9, 1, n // 3) for n in range(60)]
    rows += [(2, 10 + n % 5, 2, 20 + n // 5) for n in range(20)]
    fold = Baskets(own=4, listed=3)
    _, out = asked(fold, [*rows, (1, 0, 2, 25)])
    assert 4 + 3 <= len(out) <= fold.offered == 10
    assert len(set(out.item.tolist())) == len(out)
    assert trait(out, "sells") == {item: float(at >= 4) for at, item in enumerate(out.item.tolist())}


def test_an_own_item_that_sells_is_known_as_own_though_it_was_not_chosen() -> None:
    rows = [(1, 5, 1, 0), (1, 6, 1, 1), (1, 6, 1, 2), (2, 5, 1, 2), (1, 0, 1, 3)]
    _, out = asked(Baskets(own=1), rows)
    assert out.item.tolist() == [6, 5]
    assert trait(out, "own")[5] == trait(out, "sells")[5] == 1


def test_what_is_due_stands_before_what_was_just_bought() -> None:
    weekly = [(1, 5, 1, float(day)) for day in (0, 7, 14, 21)]
    other = [(1, 6, 1, float(day)) for day in (1, 8, 15, 27)]
    rows = sorted([*weekly, *other], key=lambda row: row[3])
    _, out = asked(Baskets(long_s=1e9), [*rows, (1, 0, 1, 28)])
    assert trait(out, "in_time")[5] > 0.9 > 0.1 > trait(out, "in_time")[6]
    assert trait(out, "late")[6] < 0
    assert trait(out, "in_last") == {5: 0, 6: 1}


def test_lines_of_one_basket_count_once_however_their_times_differ() -> None:
    rows = [(1, 5, 1, 0), (1, 5, 1, 0.001), (2, 7, 1, 0.0015), (1, 5, 1, 0.002), (1, 6, 1, 0.003), (1, 0, 1, 1)]
    state, out = asked(Baskets(), rows)
    assert trait(out, "once")[5] == 1
    assert state.user["baskets"][:2].tolist() == [1, 1]
    assert state.item["bought"][:3].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Baskets(session="amount"), "baskets.by, session: expected hashed columns, got 'amount'"),
        (lambda: Baskets(gap_s=-1), "baskets.gap_s: expected at least 0, got -1"),
        (lambda: Baskets(gap_s=9, pause_s=8), "baskets.pause_s: expected at least 9, got 8"),
        (lambda: Baskets(keep_s=0), "baskets.keep_s: expected more than 0, got 0"),
        (lambda: Baskets(most=1), "baskets.most: expected 2 to 100000, got 1"),
        (lambda: Baskets(trend_s=0), "baskets.trend_s: expected more than 0, got 0"),
        (lambda: Baskets(shelf_s=4e7), "baskets.shelf_s: expected more than 0, at most `keep_s`, got 40000000.0"),
        (lambda: Baskets(own=0), "baskets.own: expected 1 to 1000, got 0"),
        (lambda: Baskets(listed=-1), "baskets.listed: expected 0 to 500, got -1"),
    ],
)
def test_bad_configurations(make: Callable[[], Baskets], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()
