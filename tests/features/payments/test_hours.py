"""An hour is usual for who often paid about it, midnight between the days."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.payments.hours import Hours
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US

PAYMENT, ASKED = 21, 7
HOUR_US = HOUR_S * SECOND_US
Row = tuple[float, int]  # hours since the start, payer


def woven(paid: list[Row], asked: list[Row]) -> Events:
    rows = [*((*one, PAYMENT) for one in paid), *((*one, ASKED) for one in asked)]
    hour, payer, kind = (np.array(column) for column in zip(*rows, strict=True))
    number = np.where(kind == ASKED, np.arange(len(rows)), -1)
    return Events.of(kind=kind, logged_us=np.round(hour * HOUR_US).astype(np.int64), user=payer, number=number)


def said(paid: list[Row], asked: list[Row], table: Hours | None = None) -> list[tuple[float, int]]:
    """Return (usual, slot) of each question after the payments, asked alike by `step`, by `peek`."""
    table, rows = table or Hours(), woven(paid, asked)
    state, x = table.step(table.start(), rows)
    np.testing.assert_array_equal(table.peek(state.unpacked(), rows.rows(rows.asked)), x)
    return [(float(usual), int(slot)) for usual, slot in x]


def evenings(payer: int = 1, days: int = 30, hour: float = 20.0) -> list[Row]:
    return [(24.0 * day + hour, payer) for day in range(days)]


def everybody(days: int = 30) -> list[Row]:
    return [(24.0 * day + hour, 100 + hour) for day in range(days) for hour in range(24)]


def test_the_own_hour_is_usual_another_is_not() -> None:
    paid = sorted([*evenings(), *everybody()])
    own, near, far = said(paid, [(720 + 20.5, 1), (720 + 22.0, 1), (720 + 23.0 + 9.0, 1)])
    assert own[0] > 1.5 > near[0] > 0 > -1.5 > far[0]
    assert own[1] > near[1] > far[1] >= 1


def test_midnight_lies_between_the_days() -> None:
    late, early, noon = said(evenings(hour=23.5), [(720 + 23.0, 1), (744 + 0.5, 1), (744 + 12.0, 1)])
    assert late[0] == pytest.approx(early[0], abs=0.6)
    assert early[0] > 0 > noon[0]


def test_the_clock_is_that_of_the_zone() -> None:
    tokyo = Hours(zone="Asia/Tokyo")
    paid, asked = evenings(hour=15.2), [(720 + 15.2, 1)]  # shortly after midnight there
    assert said(paid, asked, tokyo) == [(pytest.approx(said(paid, asked)[0][0], abs=0.01), said(paid, asked)[0][1])]


def test_what_was_long_ago_counts_less() -> None:
    table = Hours(half_life_s=5 * DAY_S)
    paid = [*evenings(), *[(24.0 * day + 8.0, 1) for day in range(30, 60)]]
    now, before = said(paid, [(1440 + 8.0, 1), (1440 + 20.0, 1)], table)
    assert now[0] > 0 > before[0]


def test_of_a_new_payer_of_one_forgotten_of_nobody_nothing_is_known() -> None:
    asked = [(720, 2), (720, 0), (720 + 24 * 181, 1)]
    assert said(evenings(), asked) == [(0.0, 0)] * 3
    assert said([], [(0, 1)]) == [(0.0, 0)]
    (same,) = said(everybody(), [(721.0, 101)])  # one payment a day at one o'clock
    assert same[1] > 0


def test_a_million_payments_of_one_payer_in_an_hour_cost_the_same_each() -> None:
    table, rows, spent_s = Hours(), 100_000, []
    state, _ = table.step(table.start(), woven(evenings(), [(720, 1)]))
    for part in range(10):
        us = 30 * DAY_US + part * HOUR_US // 10 + np.arange(rows) * (HOUR_US // 10 // rows)
        events = Events.of(kind=[PAYMENT] * rows, logged_us=us, user=[1] * rows, number=[-1] * rows)
        began_s = time.process_time()
        state, _ = table.step(state, events)
        spent_s.append(time.process_time() - began_s)
    assert len(state.packed().counts) == 1
    assert min(spent_s[5:]) < 5 * min(spent_s[:5])
    assert np.isfinite(table.peek(state, woven([], [(721, 1)]))).all()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"payer": "amount"}, "hours.payer: expected one of "),
        ({"zone": "Mars"}, "zone: expected an IANA time zone such as 'Europe/Paris', got 'Mars'"),
        ({"half_life_s": 0}, "hours.half_life_s: expected more than 0, got 0"),
        ({"worth": 0}, "hours.worth: expected more than 0, got 0"),
        ({"forget_s": 0}, "hours.forget_s: expected more than 0, got 0"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Hours(**wrong)
