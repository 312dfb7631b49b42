"""Habits, risks are those that a slow, plain reading of the log finds."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.payments.payments import Payments
from evercart.units import DAY_S, DAY_US, MISSING

KIND = {"payment": 21, "chargeback": 22, "resolved": 23, "asked": 7}
TABLE = Payments(known_s=2 * DAY_S, keep_s=5 * DAY_S, forget_s=30 * DAY_S)


def events(rows: list[tuple[str, float, dict[str, int]]]) -> Events:
    """Return rows of (kind, day, columns), a question where the kind is "asked"."""
    number = np.cumsum([kind == "asked" for kind, _, _ in rows]) - 1
    columns: dict[str, Any] = {
        name: [more.get(name, lacking) for _, _, more in rows]
        for name, lacking in (("user", 0), ("place", 0), ("amount", MISSING), ("id", 0), ("ref", 0), ("fraud", MISSING))
    }
    return Events.of(
        **columns,
        kind=[KIND[kind] for kind, _, _ in rows],
        logged_us=[round(day * DAY_US) for _, day, _ in rows],
        number=[int(at) if kind == "asked" else -1 for (kind, _, _), at in zip(rows, number, strict=True)],
    )


def said(rows: list[tuple[str, float, dict[str, int]]], table: Payments = TABLE) -> list[dict[str, float]]:
    """Return what stands at each question, by column; what is peeked at is the same."""
    woven = events(rows)
    _, x = table.step(table.start(), woven)
    for at, row in enumerate(np.flatnonzero(woven.asked)):
        before, _ = table.step(table.start(), woven.rows(slice(0, row)))
        np.testing.assert_array_equal(table.peek(before, woven.rows(slice(row, row + 1)))[0], x[at])
    names = [column.name.removeprefix("payments.") for column in table.columns]
    return [dict(zip(names, row.tolist(), strict=True)) for row in x]


def paid(day: float, id: int, amount: int = 1000, user: int = 5, place: int = 8) -> tuple[str, float, dict[str, int]]:
    return "payment", day, {"id": id, "amount": amount, "user": user, "place": place}


def asked(day: float, amount: int = 1000, user: int = 5, place: int = 8) -> tuple[str, float, dict[str, int]]:
    return "asked", day, {"amount": amount, "user": user, "place": place}


def accused(day: float, id: int) -> tuple[str, float, dict[str, int]]:
    return "chargeback", day, {"ref": id}


def test_a_label_counts_from_when_it_came() -> None:
    rows = [paid(0, 1), asked(0.5), accused(1, 1), asked(1.5), asked(1.5, place=9)]
    before, after, elsewhere = said(rows)
    assert before["place_any_frauds"] == 0
    assert before["place_rate_7d"] == pytest.approx(0.01)
    assert after["place_any_frauds"] == after["user_any_frauds"] == elsewhere["user_any_frauds"] == 1
    left = 0.5 ** (0.5 / 7)
    assert after["place_rate_7d"] == pytest.approx((left + 0.01) / (left + 1), rel=1e-5)
    assert after["place_any_age"] == pytest.approx(0.5)
    assert elsewhere["place_any_frauds"] == 0


def test_silence_is_good_once_known_then_mended() -> None:
    rows = [paid(0, 1), asked(2), asked(2.1), accused(3, 1), asked(3)]
    early, late, mended = said(rows)
    assert early["place_any_good"] == 0
    assert late["place_any_good"] == 1
    assert mended["place_any_frauds"] == 1
    assert mended["place_rate_7d"] > 0.4  # one payment, counted once


def test_a_reviewer_may_take_a_fraud_back_a_second_word_changes_nothing() -> None:
    cleared = ("resolved", 1.5, {"ref": 1, "fraud": 0})
    once, twice, back = said([
        paid(0, 1), accused(1, 1), asked(1), accused(1, 1), asked(1), cleared, asked(1.5),
    ])  # fmt: skip
    assert once == twice
    assert back["place_rate_7d"] == pytest.approx(0.01 / (0.5 ** (0.5 / 7) + 1), rel=1e-4)
    assert back["place_any_good"] == 1


def test_of_a_payment_let_go_nothing_more_is_heard() -> None:
    assert said([paid(0, 1), accused(5.1, 1), asked(5.1)])[0]["place_any_frauds"] == 0
    few = Payments(known_s=2 * DAY_S, keep_s=5 * DAY_S, forget_s=30 * DAY_S, most=2)
    rows = [paid(0, 1), paid(0, 2), paid(0, 3), accused(1, 1), accused(1, 2), asked(1)]
    assert said(rows, few)[0]["place_any_frauds"] == 1


def test_an_odd_amount_is_told_by_the_payer_s_own_habit() -> None:
    usual = [paid(day, day + 1, amount) for day, amount in enumerate((900, 1100, 1000, 1000, 1000))]
    dear, plain = said([*usual, asked(4.5, 5000), asked(4.5, 1000)])
    assert dear["over_usual"] == pytest.approx(np.log(5100 / 1100), rel=1e-5)
    assert plain["over_usual"] == pytest.approx(0, abs=1e-6)
    (odd,) = said([*usual, paid(4.6, 9, 5000), asked(4.6)])
    assert odd["odd_7d"] == 1
    assert odd["over_usual"] == pytest.approx(0, abs=1e-6)  # what is odd does not move the habit


def test_a_fraud_that_its_amount_gave_away_says_less_of_the_place() -> None:
    usual = [paid(day / 10, day + 1, place=1) for day in range(5)]
    (both,) = said([*usual, paid(1, 50, 9000), paid(1, 51), accused(2, 50), accused(2, 51), asked(2)])
    assert both["place_any_frauds"] == 2
    assert both["place_plain_frauds"] == 1


def test_a_live_decision_is_what_a_chargeback_names() -> None:
    decided = ("payment", 0.0, {"id": 1, "ref": 77, "amount": 1000, "user": 5, "place": 8})
    assert said([decided, accused(1, 77), asked(1)])[0]["place_any_frauds"] == 1


def test_of_the_unknown_little_is_said() -> None:
    (nobody,) = said([paid(0, 1), asked(0, user=0, place=0)])
    assert nobody["known"] == nobody["over_usual"] == 0
    assert nobody["place_any_age"] == 60
    (forgotten,) = said([paid(0, 1), asked(31)])
    assert forgotten == nobody


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"parties": ("user", "user")}, "payments.parties: expected columns that differ, got ('user', 'user')"),
        ({"parties": ("amount",)}, "payments.payer, parties: expected one of "),
        ({"known_s": 0}, "payments.known_s: expected more than 0, got 0"),
        ({"keep_s": 5}, "payments.keep_s: expected at least known_s (604800), got 5"),
        ({"forget_s": 5}, "payments.forget_s: expected at least keep_s (1.0368e+07), got 5"),
        ({"odd": 1}, "payments.odd: expected more than 1, got 1"),
        ({"most": 0}, "payments.most: expected at least 1, got 0"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Payments(**wrong)
