"""A plan is cut where the log has its natural span."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.log.log import Log
from evercart.log.opening import open_log
from evercart.rehearsal.plan import Plan
from evercart.testing.contested import coupons
from evercart.units import DAY_US

PIECE = DAY_US // 24


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = open_log(tmp_path / "log", 1)
    rows = coupons(2000)
    log.import_history("coupons", lambda skip: iter([rows.slice(skip)]))
    yield log
    log.close()


def test_half_is_history_then_a_quarter_of_the_rest_is_calm(log: Log) -> None:
    plan = Plan.of(log, "order", PIECE)
    first, last = 1_600_000_000_000_000, log.last_us
    assert plan.begin_us % PIECE == 0
    assert 0 <= plan.begin_us - (first + last) // 2 <= PIECE
    assert plan.end_us - PIECE <= last < plan.end_us
    assert len(plan.ends) == (plan.end_us - plan.begin_us) // PIECE == 27
    assert plan.ends[-1] == plan.end_us
    assert plan.change_us == plan.begin_us + 6 * PIECE
    assert plan.live_us == plan.begin_us + 3 * PIECE


def test_the_last_piece_may_be_shorter() -> None:
    assert Plan(0, 5, 10, 4).ends == (4, 8, 10)


def test_what_cannot_be_rehearsed_is_refused(log: Log) -> None:
    rule = "a log whose second half is at least 16 times as long as what comes in at once"
    for kind, every, text in (
        ("order", DAY_US, f"rehearse: expected {rule}, got '1 times'"),
        ("view", PIECE, "rehearse: expected a log with view events, got 'none'"),
        ("order", 0, "every: expected more than 0 days, got 0.0"),
    ):
        with pytest.raises(UserError) as error:
            Plan.of(log, kind, every)
        assert str(error.value) == text
    with pytest.raises(UserError) as error:
        Plan(0, 9, 9)
    assert str(error.value) == "plan.change_us: expected a time from 0 up to 9, got 9"
    with pytest.raises(UserError) as error:
        Plan(0, 1, 9, 0)
    assert str(error.value) == "plan.every_us: expected more than 0, got 0"
