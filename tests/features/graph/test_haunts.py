"""A place where others pay who pay where he does is near, though he never was there."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.graph.haunts import Haunts
from evercart.units import DAY_S, DAY_US

PAYMENT, ASKED = 21, 7
NAMES = [one.name.removeprefix("haunts.") for one in Haunts().columns]


def town() -> list[tuple[int, int, int]]:
    """Return payments (day, user, place): users 1 to 40 pay at places 1 to 10, users 41 to 80 at 11 to 20.

    User 1 never pays at place 10.
    """
    rng, rows = np.random.default_rng(4), []
    for turn in range(4_000):
        user = int(rng.integers(1, 81))
        place = int(rng.integers(1, 10 if user == 1 else 11)) + (10 if user > 40 else 0)
        rows.append((turn // 1_000, user, place))
    return rows


def said(rows: list[tuple[int, int, int]], asked: list[tuple[int, int, int]], table: Haunts) -> list[dict[str, float]]:
    """Return what stands at each question after the rows, asked alike by `step`, by `peek`."""
    day, user, place = (np.array(column) for column in zip(*rows, *asked, strict=True))
    kind = [PAYMENT] * len(rows) + [ASKED] * len(asked)
    number = [-1] * len(rows) + list(range(len(asked)))
    woven = Events.of(kind=kind, logged_us=day * DAY_US, user=user, place=place, number=number)
    state, x = table.step(table.start(), woven)
    again = table.peek(state.unpacked(), woven.rows(slice(len(rows), None)))
    np.testing.assert_array_equal(again, x)
    return [dict(zip(NAMES, one.tolist(), strict=True)) for one in x]


def test_a_place_of_his_kind_is_near_another_is_not() -> None:
    never_there, far, unknown, missing = said(town(), [(4, 1, 10), (4, 1, 20), (4, 1, 999), (4, 0, 10)], Haunts())
    assert never_there["near"] > 0.6 > 0.4 > abs(far["near"])
    assert never_there["near_slot"] > far["near_slot"] >= 1
    assert far["elsewhere"] > 0.6  # among some others is one of his own
    assert (unknown["near"], unknown["near_slot"]) == (0, 0)
    assert (missing["near_slot"], missing["elsewhere_slot"]) == (0, 0)


def test_before_any_payment_nothing_is_known() -> None:
    table = Haunts()
    asked = Events.of(kind=[ASKED], logged_us=[0], user=[1], place=[2], number=[0])
    assert table.step(table.start(), asked)[1].tolist() == [[0, 0, 0, 0]]


def test_who_does_not_come_is_forgotten() -> None:
    rows = town()
    (late,) = said(rows, [(40, 1, 10)], Haunts(forget_s=30 * DAY_S))
    assert late["near_slot"] == 0
    state = Haunts(forget_s=DAY_S).start()
    for day in range(60):  # each day other parties: what is kept stays as small
        user = np.arange(100) + 1_000 * (day + 1)
        woven = Events.of(
            kind=[PAYMENT] * 100, logged_us=[day * DAY_US] * 100, user=user, place=user, number=[-1] * 100
        )
        state, _ = Haunts(forget_s=DAY_S).step(state, woven)
    assert len(state.packed().traces) <= 1_024


def test_bad_settings() -> None:
    with pytest.raises(UserError) as caught:
        Haunts(tries=0)
    assert str(caught.value) == "haunts.tries: expected 1 to 256, got 0"
    with pytest.raises(UserError) as caught:
        Haunts(place="user")
    assert str(caught.value) == "haunts.place: expected another column than payer, got 'user'"
    with pytest.raises(UserError) as caught:
        Haunts(forget_s=0)
    assert str(caught.value) == "haunts.forget_s: expected more than 0, got 0"
