"""From where he paid last a payer comes at a speed; without coordinates the place alone says how soon."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.payments.travel import SPEEDS, Travel
from evercart.units import DAY_S, HOUR_S, SECOND_US

PAYMENT, ASKED = 21, 7
HOUR_US = HOUR_S * SECOND_US
VIENNA, GRAZ, SYDNEY, NOWHERE = (48.21, 16.37), (47.07, 15.44), (-33.87, 151.21), (np.nan, np.nan)
Row = tuple[float, int, int, tuple[float, float]]  # hours, payer, place, coordinates
TABLE = Travel(located=True)


def woven(paid: list[Row], asked: list[Row]) -> Events:
    hour, payer, place, where = zip(*paid, *asked, strict=True)
    kind = [PAYMENT] * len(paid) + [ASKED] * len(asked)
    north, east = zip(*where, strict=True)
    number = [-1] * len(paid) + list(range(len(asked)))
    us = np.round(np.array(hour) * HOUR_US).astype(np.int64)
    said = {"user": payer, "place": place, "latitude": north, "longitude": east, "number": number}
    return Events.of(kind=kind, logged_us=us, **said)


def said(paid: list[Row], asked: list[Row], table: Travel = TABLE) -> list[dict[str, float]]:
    """Return what stands at each question after the payments, asked alike by `step`, by `peek`."""
    rows = woven(paid, asked)
    state, x = table.step(table.start(), rows)
    np.testing.assert_array_equal(table.peek(state.unpacked(), rows.rows(rows.asked)), x)
    names = [one.name.removeprefix("travel.") for one in table.columns]
    return [dict(zip(names, one.tolist(), strict=True)) for one in x]


def test_a_speed_is_the_way_over_the_earth_by_the_hours() -> None:
    by_rail, by_nobody, stays = said(
        [(0, 1, 5, VIENNA)], [(1.5, 1, 6, GRAZ), (2, 1, 7, SYDNEY), (0, 1, 8, (48.214, 16.372))]
    )
    assert np.expm1(by_rail["speed"]) == pytest.approx(143.3 / 1.5, rel=0.02)
    assert by_rail["speed_slot"] == 1 + np.searchsorted(SPEEDS, 96)
    assert np.expm1(by_nobody["speed"]) == pytest.approx(15_990 / 2, rel=0.01)
    assert by_nobody["speed_slot"] == len(SPEEDS) + 1
    assert (stays["speed"], stays["speed_slot"]) == (0, 1)  # half a kilometre is nothing


def test_the_way_crosses_the_date_line_the_pole() -> None:
    west, pole = said([(0, 1, 5, (0.0, 179.9))], [(1, 1, 6, (0.0, -179.9)), (1, 1, 7, (90.0, 0.0))])
    assert np.expm1(west["speed"]) == pytest.approx(21.2, rel=0.02)
    assert np.expm1(pole["speed"]) == pytest.approx(10_006, rel=0.01)


def test_without_coordinates_a_place_says_how_soon() -> None:
    table = Travel()
    paid: list[Row] = [(0, 1, 5, NOWHERE)]
    asked: list[Row] = [(hours, 1, place, NOWHERE) for hours, place in ((0.1, 5), (0.1, 6), (0.5, 6), (3, 6), (9, 6))]
    assert [one["moved_slot"] for one in said(paid, [*asked, (30, 1, 6, NOWHERE)], table)] == [1, 2, 3, 4, 5, 6]
    assert [one.name for one in table.columns] == ["travel.moved_slot"]


def test_a_payment_that_lacks_a_place_leaves_what_was_known() -> None:
    paid: list[Row] = [(0, 1, 5, VIENNA), (1, 1, 0, NOWHERE), (1.2, 1, 0, (91.0, 5.0)), (1.3, 1, 0, (np.inf, 5.0))]
    (one,) = said(paid, [(2, 1, 5, GRAZ)])
    assert np.expm1(one["speed"]) == pytest.approx(143.3 / 2, rel=0.02)
    assert one["moved_slot"] == 1


def test_of_the_unknown_nothing_is_said() -> None:
    nothing = {"moved_slot": 0.0, "speed": 0.0, "speed_slot": 0.0}
    asked: list[Row] = [(1, 0, 5, VIENNA), (1, 2, 5, VIENNA), (1, 1, 0, NOWHERE), (24 * 200, 1, 5, VIENNA)]
    assert said([(0, 1, 5, VIENNA)], asked) == [nothing] * 4


def test_who_does_not_come_is_forgotten() -> None:
    table, state = Travel(forget_s=DAY_S), Travel().start()
    for day in range(30):
        state, _ = table.step(state, woven([(24.0 * day, 100 * day + at, 5, VIENNA) for at in range(1, 101)], []))
    assert state.keys.live <= 200
    assert state.packed().carried.nbytes <= 200 * 40


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"payer": "amount"}, "travel.payer, place: expected one of "),
        ({"place": "user"}, "travel.place: expected another column than payer, got 'user'"),
        ({"forget_s": 0}, "travel.forget_s: expected more than 0, got 0"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Travel(**wrong)
