"""A basket's last line, the shopper's pace, a visit without a name: what the measures say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evercart.apps.repurchase import repurchase
from evercart.apps.shopping import Shopper, asked, evenly
from evercart.events.batch import Events
from evercart.features import Feature
from evercart.features.columns import chosen
from evercart.learners.prequential import prequential
from evercart.units import DAY_S, DAY_US, HOUR_S, MINUTE_S, SECOND_US


def said(shopper: Shopper, feature: Feature, *rows: tuple[float, int], at_d: float) -> Any:
    """Return what a feature says to shopper 7 at a day, after lines of (day, amount)."""
    table = shopper.table("t", (feature,))
    events = Events.of(
        kind=[2] * len(rows) + [7],
        logged_us=[round(day * DAY_US) for day, _ in rows] + [round(at_d * DAY_US)],
        user=[7] * (len(rows) + 1),
        amount=[amount for _, amount in rows] + [0],
        number=[-1] * len(rows) + [0],
    )
    return table.step(table.start(), events)[1][0]


TWO = ((1, 300), (1, 200), (8, 50), (8, 100), (8, 150))


def test_a_basket_is_one_visit_however_many_lines_it_has() -> None:
    shopper = Shopper()
    assert said(shopper, shopper.count(28), *TWO, at_d=8) == pytest.approx(1 + 2**-0.25)
    assert said(shopper, shopper.lines, *TWO, at_d=9) == 3
    assert said(shopper, shopper.paid, *TWO, at_d=9) == 300
    assert said(shopper, shopper.ago(0, 60), *TWO, at_d=9) == 1
    assert said(shopper, shopper.ago(1, 60), *TWO, at_d=9) == 8
    assert said(shopper, shopper.ago(1, 5), *TWO, at_d=9) == 5


def test_what_a_basket_costs_as_a_rule() -> None:
    shopper = Shopper()
    fading = 2 ** (-7 / 112)
    assert said(shopper, shopper.usual, *TWO, at_d=8) == pytest.approx((500 * fading + 300) / (fading + 1), rel=1e-6)
    assert said(shopper, shopper.usual, at_d=8) == 0


def test_rows_within_the_gap_are_one_visit() -> None:
    rows = ((1, 100), (1 + 20 * MINUTE_S / DAY_S, 100), (1 + 3 * HOUR_S / DAY_S, 100))
    loose = Shopper(gap_s=30 * MINUTE_S)
    assert said(Shopper(), Shopper().count(28), *rows, at_d=1.2) == pytest.approx(3, rel=0.01)
    assert said(loose, loose.count(28), *rows, at_d=1.2) == pytest.approx(2, rel=0.01)
    assert said(loose, loose.paid, *rows[:2], at_d=1.2) == 200


def test_paces_are_right_from_the_first_weeks_on() -> None:
    """Who comes every day has the same pace after three weeks as after twenty, whatever the half-life."""
    shopper = Shopper()
    for days in (7, 28, 112):
        paces = [said(shopper, shopper.visits(days), *((d, 1) for d in range(n)), at_d=n - 1) for n in (21, 140)]
        assert abs(paces[0] - paces[1]) < 0.25
        assert np.exp(paces[1]) == pytest.approx(7, rel=0.25)


def test_a_day_with_two_visits_is_one_day() -> None:
    shopper = Shopper()
    rows = tuple((d + part, 1) for d in range(30) for part in (0.4, 0.6))
    ratio = said(shopper, shopper.visits(28), *rows, at_d=30) - said(shopper, shopper.days(28), *rows, at_d=30)
    assert np.exp(ratio) == pytest.approx(2, rel=0.05)


def test_what_the_question_says_may_be_missing() -> None:
    table = asked("UTC")
    events = Events.of(kind=[7, 7], logged_us=[0, DAY_US], user=[5, 0], place=[0, 0], number=[0, 1])
    assert table.step(table.start(), events)[1].tolist() == [[1 + 5 % 65535, 0, 3], [0, 0, 4]]


def test_a_basket_without_a_name_is_a_visit_of_its_shopper() -> None:
    asks = Shopper(gap_s=60).ended()
    rows = Events.of(
        kind=[2] * 5,
        logged_us=np.array([0, 30, 40, 200, 400]) * SECOND_US,
        user=[1, 1, 2, 3, 1],
        session=[0, 0, 9, 0, 0],
        place=[0] * 5,
        live=[0] * 5,
    )
    woven = asks.step(asks.start(), rows)[1]
    assert woven["user"][woven.asked].tolist() == [1, 2, 3]
    assert (woven["number"][:3] == -1).all()


def test_grid_ends_at_both_ends() -> None:
    assert evenly(-2, 2, 12)[0] == -2
    assert evenly(-2, 2, 12)[-1] == 2
    assert len(evenly(-2, 2, 12)) == 13


def test_slices_are_by_how_often_a_shopper_comes() -> None:
    app = repurchase()
    assert app.slices is not None
    (place,) = chosen(app.columns, [f"habits.{Shopper().visits(14).name}"])
    x = np.zeros((4, len(app.columns)), np.float32)
    x[:, place] = np.log(np.array([0.1, 0.7, 1.5, 5.0]) + 0.03)
    asked_rows = prequential(x, np.zeros(4)).rows(slice(None, None, 2))
    assert app.slices(asked_rows).tolist() == [0, 1, 2, 3]
    assert len(app.slices.names) == 4
