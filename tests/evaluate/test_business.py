"""What came of a decision is counted for the model that made it."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.business import MEASURES, Business, Closed
from evercart.events.batch import Events
from evercart.fold import pack
from evercart.units import DAY_S, DAY_US, MISSING

GOOD, BAD, OTHER = 71, 72, 73
DECISION, ORDER, FEEDBACK, VIEW = 7, 2, 9, 1
FOLD = Business(GOOD, BAD, window_s=10 * DAY_S, soon_s=DAY_S, keep_s=30 * DAY_S)


def closed(*rows: tuple[int, float, dict[str, int]]) -> tuple[Any, Closed]:
    """Return the state with what closed after rows: kind, day, columns; a late row closes all."""
    rows = (*rows, (VIEW, 15, {}))
    usual = {"id": 0, "user": 0, "ref": 0, "model": 0, "verdict": 0, "amount": MISSING, "cost": MISSING}
    columns = {name: [row[2].get(name, value) for row in rows] for name, value in usual.items()}
    events = Events.of(kind=[row[0] for row in rows], logged_us=[int(row[1] * DAY_US) for row in rows], **columns)
    return FOLD.step(FOLD.start(), events)


def test_orders_that_name_a_decision_are_its_own() -> None:
    state, found = closed(
        (DECISION, 0, {"id": 1, "user": 5, "model": 40}),
        (DECISION, 0.1, {"id": 2, "user": 6, "model": 41}),
        (ORDER, 0.2, {"user": 5, "ref": 1, "amount": 500, "cost": 300}),
        (ORDER, 0.2, {"user": 5, "ref": 1, "amount": 250, "cost": 50}),
        (ORDER, 0.5, {"user": 6, "ref": 99, "amount": 999}),
        (ORDER, 3.0, {"user": 6, "amount": 999}),
        (FEEDBACK, 4.0, {"ref": 1, "verdict": GOOD}),
        (FEEDBACK, 4.1, {"ref": 1, "verdict": BAD}),
        (FEEDBACK, 4.2, {"ref": 1, "verdict": OTHER}),
    )
    assert found.model.tolist() == [40, 41]
    np.testing.assert_array_equal(found.came, [[2, 750, 400, 0, 0.5], [0, 0, 0, 1, math.nan]])
    told = {one.name: one for one in FOLD.measures(state, 40)}
    assert told["revenue"][1:3] == (1, 750.0)
    assert math.isnan(told["revenue"].error)
    assert told["satisfaction"].mean == 0.5
    assert {one.name: one for one in FOLD.measures(state, 41)}["satisfaction"].decisions == 0
    assert FOLD.measures(state, 42) == FOLD.measures(state, 0) == ()


def test_a_margin_is_known_where_every_order_says_its_cost() -> None:
    _, found = closed(
        (DECISION, 0, {"id": 1, "user": 5, "model": 40}),
        (ORDER, 0.2, {"user": 5, "ref": 1, "amount": 500, "cost": 300}),
        (ORDER, 0.2, {"user": 5, "ref": 1, "amount": 250}),
    )
    assert found.came[0, :2].tolist() == [2, 750]
    assert math.isnan(found.came[0, 2])


def test_what_comes_too_late_does_not_count() -> None:
    _, found = closed(
        (DECISION, 0, {"id": 1, "user": 5, "model": 40}),
        (ORDER, 10.01, {"user": 5, "ref": 1, "amount": 500}),
    )
    assert found.came[0].tolist()[:4] == [0, 0, 0, 0]


def test_an_order_before_a_decision_brings_nobody_back() -> None:
    _, found = closed(
        (ORDER, 0, {"user": 5}),
        (DECISION, 2, {"id": 1, "user": 5, "model": 40}),
        (DECISION, 4, {"id": 2, "user": 5, "model": 40}),
        (ORDER, 4.5, {"user": 5}),
    )
    assert found.came[:, 3].tolist() == [1, 0]


def test_without_decisions_nothing_is_remembered() -> None:
    state, found = closed(*((ORDER, day / 10, {"user": 1 + day}) for day in range(90)))
    assert len(found) == 0
    assert sum(array.nbytes for array in pack(state).values()) < 100


def test_of_nobody_no_return_is_known() -> None:
    _, found = closed((DECISION, 0, {"id": 1, "model": 40}))
    assert math.isnan(found.came[0, 3])


def test_errors_are_by_shopper() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for decision in range(600):
        user = 1 + decision % 60
        rows.append((DECISION, 0, {"id": 1 + decision, "user": user, "model": 40}))
        rows.append((ORDER, 0, {"user": user, "ref": 1 + decision, "amount": 100 * user + int(rng.integers(9))}))
    state, found = closed(*rows)
    revenue = next(one for one in FOLD.measures(state, 40) if one.name == "revenue")
    assert revenue.decisions == len(found) == 600
    assert revenue.mean == pytest.approx(found.came[:, 1].mean())
    between = 100 * np.arange(1, 61).std() / np.sqrt(60)  # ten decisions of one shopper are hardly more than one
    assert revenue.error == pytest.approx(between, rel=0.05)


def test_verdicts_are_named() -> None:
    assert Business.of(3) == Business.of(3, "good", "bad")
    assert Business.of(3) != Business.of(4)
    assert len(MEASURES) == 5


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"window_s": 0}, "business.window_s: expected more than 0, got 0"),
        ({"soon_s": 28 * DAY_S}, f"business.soon_s: expected at least 0, below the window, got {28 * DAY_S}"),
        ({"keep_s": 0}, "business.keep_s: expected more than 0, got 0"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        Business(**({"good": 1, "bad": 2} | wrong))
