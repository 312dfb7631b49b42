"""Each live decision gets what came of it: made or not, charged back, found by a reviewer, silent for long enough."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evercart.acting.costs import APPROVE, CHALLENGE, DECLINE, REVIEW, Costs
from evercart.acting.lived import Lived, lived
from evercart.events.schema import table_of as rows
from evercart.log import open_log
from evercart.units import DAY_US

US = 1_800_000_000_000_000
COSTS = Costs(margin=0.2, insult_minor=500, fraud_minor=2500, challenge_minor=5, review_s=240, hour_minor=3000)
GOOD, BAD = -(0.2 * 1000 + 500), 1000 + 2500  # beside declining, of 10.00


def decision(name: str, day: int, action: int | None, **said: float) -> dict:
    asked = {"kind": 7, "id": name, "app": "fraud", "guess": 0.25, "amount": 1000, "chance": 1.0, "action": action}
    return asked | {"feature_offset": 0, "event_us": US + day * DAY_US} | said


def paid(name: str, day: int) -> dict:
    return {"kind": 21, "id": f"paid-{name}", "ref": name, "amount": 1000, "event_us": US + day * DAY_US}


def told(kind: int, ref: str, day: int, **said: int) -> dict:
    return {"kind": kind, "id": f"{kind}-{ref}", "ref": ref, "event_us": US + day * DAY_US, **said}


@pytest.fixture
def found(tmp_path: Path) -> Lived:
    log = open_log(tmp_path / "log", key=3)
    history = [
        *(decision(name, 0, APPROVE) for name in ("good", "bad", "left")),
        *(decision(name, 0, CHALLENGE, chance=0.9) for name in ("passed", "failed")),
        *(decision(name, 0, REVIEW) for name in ("caught", "cleared")),
        decision("stopped", 0, DECLINE),
        decision("undecided", 0, None),
        decision("other", 0, APPROVE, app="another"),
        *(paid(name, 0) for name in ("good", "bad", "passed", "caught", "cleared")),
        told(22, "paid-bad", 2),
        told(23, "paid-caught", 2, fraud=1),
        told(23, "paid-cleared", 2, fraud=0),
        decision("fresh", 9, APPROVE),
    ]
    for one in history:
        log.append(rows([one]), one["event_us"])
    try:
        return lived(log, "fraud", after_s=5 * 86_400)
    finally:
        log.close()


def test_what_came_of_each(found: Lived) -> None:
    assert found.action.tolist() == [APPROVE] * 3 + [CHALLENGE] * 2 + [REVIEW] * 2 + [DECLINE, APPROVE]
    assert found.made.tolist() == [True, True, False, True, False, True, True, False, False]
    assert found.fraud.tolist() == [0, 1, 0, 0, 0, 1, 0, 0, 0]
    assert found.closed.tolist() == [True] * 8 + [False]
    assert found.drawn.tolist() == [1, 1, 1, 0.9, 0.9, 1, 1, 1, 1]


def test_what_each_lost_beside_declining(found: Lived) -> None:
    review = 240 / 3600 * 3000
    lost = [GOOD, BAD, 0.0, 5 + GOOD, 5.0, review, review + GOOD, 0.0, 0.0]
    assert found.lost(COSTS).tolist() == pytest.approx(lost)
    assert found.expected(COSTS)[:, DECLINE].tolist() == [0.0] * 9
    assert found.expected(COSTS)[0, APPROVE] == pytest.approx(0.25 * BAD + 0.75 * GOOD)


def test_an_empty_log_has_none(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=3)
    none = lived(log, "fraud", 1.0)
    assert len(none) == 0 and none.lost(COSTS).tolist() == [] and isinstance(none.day, np.ndarray)
    log.close()
