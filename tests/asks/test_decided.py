"""An app keeps its own questions: the live ones, with the implied that nobody decided."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evercart.asks.daily import Daily
from evercart.asks.decided import Decided
from evercart.asks.each import After, Before
from evercart.asks.session import SessionEnd
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.units import DAY_US, HOUR_S, SECOND_US

ORDER, VIEW, DECISION = 2, 1, 7
OURS, THEIRS = 11, 12
OWN = Decided(OURS, HOUR_S)


def asked(asks, own: Decided = OWN, **columns: object) -> list[tuple[int, bool]]:
    """(offset, whether it was decided live) of each question that is the app's own."""
    rows = len(columns["kind"])  # type: ignore[arg-type]
    filled = {name: columns.get(name, [0] * rows) for name in ("id", "app", "ref", "user", "session", "live")}
    woven = asks.step(asks.start(), Events.of(**{**columns, **filled}))[1]
    x = np.arange(woven.asked.sum(), dtype=np.float32)[:, None]
    _, (left, kept) = own.step(own.start(), (woven, x))
    at = np.flatnonzero(left.asked)
    assert left["number"][at].tolist() == list(range(len(at)))
    assert len(kept) == len(at)
    assert (left["id"] != 0).sum() == (np.asarray(filled["id"]) != 0).sum()  # no row of the log is lost
    return [(int(left.offset[i]), bool(left["id"][i])) for i in at]


LIVE = {"kind": [DECISION, ORDER, ORDER], "id": [5, 6, 7], "app": [OURS, 0, 0], "user": [1, 1, 2]}


@pytest.mark.parametrize("asks", [Before("order", ("user",)), After("order", ("user",))])
def test_what_was_decided_live_is_not_asked_again(asks) -> None:
    assert asked(asks, **LIVE) == [(0, True), (1, False), (2, False)]
    assert asked(asks, **LIVE, ref=[0, 5, 0]) == [(0, True), (2, False)]
    assert asked(asks, **LIVE, ref=[0, 6, 99]) == [(0, True), (1, False), (2, False)]  # they name no decision


def test_a_decision_of_another_app_is_a_row_like_any() -> None:
    rows = {**LIVE, "app": [THEIRS, 0, 0], "ref": [0, 5, 0]}
    assert asked(Before("order", ("user",)), **rows) == [(1, False), (2, False)]


def test_a_decision_is_known_as_long_as_the_longest_window() -> None:
    for later, left in ((HOUR_S * SECOND_US, []), (HOUR_S * SECOND_US + 1, [(1, False)])):
        rows = {"kind": [DECISION, ORDER], "id": [5, 6], "app": [OURS, 0], "ref": [0, 5], "logged_us": [0, later]}
        assert asked(Before("order", ("user",)), **rows) == [(0, True), *left]


def test_a_session_with_a_row_that_names_a_decision_was_decided() -> None:
    asks = SessionEnd("order", gap_s=0, carries=("user",))
    rows = {
        "kind": [DECISION, ORDER, ORDER, ORDER, VIEW],
        "id": [5, 6, 7, 8, 9],
        "app": [OURS, 0, 0, 0, 0],
        "session": [0, 1, 1, 2, 0],
        "logged_us": [0, 10, 10, 20, 30],
    }
    assert asked(asks, **rows) == [(0, True), (3, False), (4, False)]
    assert asked(asks, **rows, ref=[0, 5, 0, 0, 0]) == [(0, True), (4, False)]


def test_a_day_is_not_asked_about_whom_a_row_of_it_names_a_decision() -> None:
    asks = Daily("order", by="user")
    days = [0, 1, DAY_US, 2 * DAY_US]
    rows = {"kind": [DECISION, ORDER, VIEW, VIEW], "id": [5, 6, 7, 8], "app": [OURS, 0, 0, 0], "logged_us": days}
    own = Decided(OURS, 10 * 24 * HOUR_S)
    assert asked(asks, own, **rows, user=[0, 1, 0, 0]) == [(0, True), (2, False), (3, False)]
    assert asked(asks, own, **rows, user=[0, 1, 0, 0], ref=[0, 5, 0, 0]) == [(0, True), (3, False)]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Decided(0), "decided.app: expected the hash of a name, got 0"),
        (lambda: Decided(1, 0), "decided.keep_s: expected more than 0, got 0"),
    ],
)
def test_bad_configurations(make, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()
