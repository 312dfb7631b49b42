"""Policies are compared on the same questions."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evercart.backtest import backtest, linear_opponents
from evercart.compare import compare
from evercart.errors import UserError
from evercart.evaluate.comparison import Comparison
from evercart.evaluate.comparison_page import comparison_page
from evercart.labels.pairs import Tick
from evercart.learners.mean import Mean
from evercart.policies import POLICIES
from evercart.show import as_json
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S

APP = redeems()
EVENTS = orders(2000, alike_s=3 * DAY_S)
QUARTER_US = int(EVENTS.logged_us[len(EVENTS) // 4])
OPPONENTS = linear_opponents(APP)[:1]


def clock() -> Any:
    ticks = itertools.count()
    return lambda: float(next(ticks))


def compared(**more: Any) -> Comparison:
    return compare(APP, iter([EVENTS]), Tick(), QUARTER_US, clock(), opponents=OPPONENTS, **more)


@pytest.fixture(scope="module")
def done() -> tuple[Comparison, list[tuple[str, float]]]:
    told: list[tuple[str, float]] = []
    return compared(told=lambda step, part: told.append((step, part))), told


def test_all_policies_answer_the_same_questions(done) -> None:
    found = done[0]
    assert found.policies == POLICIES
    assert found.days.n.sum() > 1990
    assert 1480 < found.later.n.sum() < 1510
    assert set(found.cpu_s) == set(found.staleness) == set(found.forgetting) == set(POLICIES)
    assert found.fits["refit nightly"] > 6 * found.fits["refit weekly"] > 0


def test_it_agrees_with_the_backtest(done) -> None:
    other = backtest(APP, iter([EVENTS]), Tick(), QUARTER_US, clock(), opponents=OPPONENTS).summary()
    said = done[0].summary()["policies"]
    for name, racer in (("continual", "continual"), ("frozen", "frozen"), ("refit weekly", "refit")):
        assert said[name]["loss"] == other[racer]["loss"]
    assert said["frozen"]["difference"] == other["frozen"]["difference"]


def test_what_waits_is_staler_and_worse(done) -> None:
    said = done[0].summary()["policies"]
    ages = [said[name]["staleness"]["mean_h"] for name in ("continual", "published nightly", "refit weekly", "frozen")]
    assert ages == sorted(ages)
    assert ages[0] < 12 < ages[2]  # hours; regimes last three days
    assert said["continual"]["loss"] < said["published nightly"]["loss"] < said["frozen"]["loss"]


def test_what_stands_still_forgets_nothing(done) -> None:
    forgotten = done[0].forgetting
    assert forgotten["frozen"].then == forgotten["frozen"].now == forgotten["continual"].then
    assert forgotten["frozen"].gap == (0.0, 0.0, 0.0)
    assert forgotten["continual"].gap.mean == pytest.approx(forgotten["continual"].now - forgotten["continual"].then)


def test_a_learner_that_follows_each_regime_forgets_the_one_before(done) -> None:
    assert done[0].forgetting["continual"].gap.mean > 0


def test_what_is_left_out(done) -> None:
    assert "refit nightly" not in compared(nightly=False).policies
    stubborn = replace(APP, champion=Mean())
    found = compare(stubborn, iter([EVENTS]), Tick(), QUARTER_US, clock(), nightly=False, opponents=OPPONENTS)
    assert found.policies == ("continual", "published nightly", "refit weekly", "frozen")


def test_progress_is_told(done) -> None:
    steps = dict(done[1])
    assert list(steps) == [f"redeems: {step}" for step in ("replay", "choose a batch model", *POLICIES[3:5])]
    assert set(steps.values()) == {1.0}


def test_the_summary_is_plain(done) -> None:
    said = json.loads(json.dumps(done[0].summary()))
    assert said["compared"] < said["questions"]
    assert "difference" not in said["policies"]["continual"]
    months = said["policies"]["frozen"]["months"]
    assert list(months)[:2] == ["1970-01", "1970-02"]
    weights = [
        int(done[0].days.n[done[0].days.dates.astype("datetime64[M]") == np.datetime64(m)].sum()) for m in months
    ]
    assert np.average(list(months.values()), weights=weights) == pytest.approx(said["policies"]["frozen"]["overall"])


@pytest.mark.parametrize(("asked", "quarter_us"), [(3, 0), (3, 10**15), (20, 10**11)])
def test_a_short_log_says_what_it_can(asked: int, quarter_us: int) -> None:
    found = compare(APP, iter([orders(asked)]), Tick(), quarter_us, clock(), opponents=OPPONENTS)
    assert found.days.n.sum() >= asked - 1
    assert np.isnan(found.forgetting["continual"].gap.low)
    json.loads(as_json(found.summary()))
    assert "nan" not in re.sub(r"<script>.*?</script>", "", comparison_page(found, "shop", "now"), flags=re.S)


def test_a_log_without_an_answer_is_refused() -> None:
    text = r"^app redeems: expected a log in which questions were asked and answered, got 'none'$"
    with pytest.raises(UserError, match=text):
        compare(APP, iter([orders(1)]), Tick(), 0, clock())
