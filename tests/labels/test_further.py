"""Lists told once more, with what came of their items later."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.labels.further import Further
from evercart.labels.lists import Lists
from evercart.labels.turns import ASKED, FURTHER, MISSED, SETTLED, Turns
from evercart.units import SECOND_US

FOLD = Further(Lists(1, longest=4), ("cart", "order"))
Row = tuple[str, int, int, int, list[int]]  # kind or "ask", shopper, item, second, what is offered


def given(rows: list[Row]) -> Any:
    """Return rows as woven events with the candidates of the questions among them."""
    number, questions, items = [], [], []
    for _, _, _, _, offered in rows:
        number.append(len(set(questions)) if offered else -1)
        questions += [number[-1]] * len(offered)
        items += offered
    woven = Events.of(
        kind=[7 if kind == "ask" else kind_number(kind) for kind, *_ in rows],
        logged_us=[row[3] * SECOND_US for row in rows],
        session=[row[1] for row in rows],
        user=[row[1] for row in rows],
        item=[row[2] for row in rows],
        number=number,
    )
    return woven, (np.array(questions), np.array(items, np.uint64), np.array(items, np.float32)[:, None])


def told(fold: Further, rows: list[Row]) -> Turns:
    return fold.step(fold.start(), given(rows))[1]


VISIT: list[Row] = [("ask", 1, 5, 0, [6, 7, 8]), ("view", 1, 7, 2, []), ("cart", 1, 7, 3, []), ("order", 1, 7, 4, [])]
LATER: Row = ("view", 9, 9, 3_602, [])


def test_a_list_is_told_again_once_its_window_has_closed() -> None:
    turns = told(FOLD, [*VISIT, ("cart", 1, 8, 5, []), LATER])
    assert turns.what.tolist() == [ASKED] * 3 + [SETTLED] * 3 + [MISSED] + [FURTHER] * 3
    assert turns.y[7:].tolist() == [0.0, 3.0, 1.0]
    assert turns.x[7:, 0].tolist() == [6, 7, 8]
    assert turns.number[7:].tolist() == [0, 0, 0]
    assert turns.us[7:].tolist() == [3_602 * SECOND_US] * 3


def test_answers_are_those_of_the_lists_inside() -> None:
    rows = [*VISIT, LATER]
    turns, plain = told(FOLD, rows), FOLD.lists.step(FOLD.lists.start(), given(rows))[1]
    assert turns.rows(turns.what != FURTHER).what.tobytes() == plain.what.tobytes()
    assert turns.rows(turns.what != FURTHER).y.tobytes() == plain.y.tobytes()


def test_what_others_do_or_what_comes_too_late_is_not_counted() -> None:
    others: list[Row] = [("order", 2, 7, 5, []), ("order", 1, 99, 6, []), ("view", 1, 8, 7, [])]
    assert FURTHER not in told(FOLD, [VISIT[0], *others, LATER, ("order", 1, 7, 3_603, [])]).what


def test_while_as_many_wait_as_may_further_ones_are_not_followed() -> None:
    few = Further(FOLD.lists, most=1)
    asked: list[Row] = [("ask", 1, 5, 0, [6]), ("ask", 2, 5, 1, [6]), ("order", 1, 6, 2, []), ("order", 2, 6, 2, [])]
    turns = told(few, [*asked, ("ask", 3, 5, 3_602, [6]), ("order", 3, 6, 3_603, []), ("view", 9, 9, 7_300, [])])
    assert turns.number[turns.what == FURTHER].tolist() == [0, 2]


def test_the_log_decides_not_how_it_is_cut() -> None:
    rows = [*VISIT, LATER, ("ask", 2, 6, 3_609, [5, 6]), ("order", 2, 5, 3_700, [])]
    rows.append(("view", 9, 9, 9_000, []))
    woven, (question, item, x) = given(rows)
    whole, state, parts = FOLD.step(FOLD.start(), (woven, (question, item, x)))[1], FOLD.start(), []
    for at in range(len(woven)):
        own = question == woven["number"][at]
        one = woven.rows(slice(at, at + 1))
        state, out = FOLD.step(state, (one, (question[own], item[own], x[own])))
        parts.append(out)
    cut = Turns.concat(parts)
    assert all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(vars(cut).values(), vars(whole).values(), strict=True)
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"kinds": ()}, "further.kinds: expected 1 to 8 kinds that differ, got ()"),
        ({"kinds": ("cart", "cart")}, "further.kinds: expected 1 to 8 kinds that differ, got ('cart', 'cart')"),
        ({"by": "amount"}, "further.by: expected a hashed column, got 'amount'"),
        ({"window_s": 0}, "further.window_s: expected more than 0, got 0"),
        ({"most": 0}, "further.most: expected at least 1, got 0"),
    ],
)
def test_nonsense_is_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        Further(Lists(1), **change)
    assert str(caught.value) == text
