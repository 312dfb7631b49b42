"""What closed days say."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.losses import log_loss
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.evaluate.scores import scores
from evercart.serve.pages.evidence import evidence_of, fronted
from evercart.serve.pages.standing import looker_of
from evercart.units import DAY_US


def test_a_racer_comes_to_the_front_with_all_that_is_its_own() -> None:
    report = Report(("a", "b", "c"), log_loss)
    us = np.arange(40) * DAY_US // 4
    guesses = np.column_stack([np.full(40, each) for each in (0.2, 0.5, 0.9)])
    slices, y = np.zeros(40, np.int16), (np.arange(40) % 3 > 0).astype(float)
    days = report.days(Scored(np.arange(40), us, y, np.arange(40).astype(np.uint64), slices, guesses))
    other, moved = fronted(report, days, "c")
    assert other.racers == ("c", "a", "b")
    before, after = scores(report, days), scores(other, moved)
    assert all(repr(before[name]) == repr(after[name]) for name in other.racers)  # NaN is like NaN
    assert moved.bucket_loss.sum(axis=(0, 1)).round(6).tolist() == [
        days.bucket_loss[:, :, at].sum().round(6) for at in (2, 0, 1)
    ]


def test_it_is_gathered_once(raced) -> None:
    looker = looker_of(raced.service)
    (lane,) = looker.lanes()
    found = evidence_of(raced.service, lane, "seeing")
    assert found is not None
    assert found is evidence_of(raced.service, lane, "seeing")
    assert found.data.report.racers == ("seeing", "frozen", "continual", "twin")
    assert set(found.data.differences) == {"continual", "twin", "frozen"}
    assert found.data.differences["frozen"].mean > 0  # what sees who asks loses less
    other = evidence_of(raced.service, lane, "twin")
    assert other is not None
    assert other.data.champion == "twin"


def test_nothing_is_said_before_a_day_has_closed(empty) -> None:
    for lane in looker_of(empty.service).lanes():
        assert evidence_of(empty.service, lane, "continual") is None


def test_damaged_or_foreign_days_take_no_page_down(raced) -> None:
    (lane,) = looker_of(raced.service).lanes()
    folder = raced.service.shop.folder / "days" / "coupons"
    for path in folder.glob("*.arrow"):
        path.write_bytes(b"nothing")
    assert evidence_of(raced.service, lane, "seeing") is None
