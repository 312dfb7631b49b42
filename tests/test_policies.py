"""Each policy knows what it says it knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evercart.backtest import linear_opponents, replay
from evercart.evaluate.drift.adwin import Adwin
from evercart.evaluate.history import History
from evercart.evaluate.losses import absolute
from evercart.evaluate.refit import Refit
from evercart.evaluate.staleness import newest_learned
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED
from evercart.labels.values import Values
from evercart.learners.mean import Mean
from evercart.policies import LASTING, online, probe, race_refit
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S, DAY_US, MISSING

APP = redeems()
EVENTS = orders(1200, alike_s=3 * DAY_S)
QUARTER_US = int(EVENTS.logged_us[-1]) // 4


@pytest.fixture(scope="module")
def turns():
    return replay(APP, iter([EVENTS]), Tick(), None, lambda: 0.0, hints=True).turns


def test_a_champion_that_cannot_be_eased_does_not_react() -> None:
    assert list(online(APP, 5)) == ["continual", "reacting", "published nightly", "frozen"]
    assert "reacting" not in online(replace(APP, champion=Mean()), 5)
    assert "reacting" not in online(replace(APP, loss=absolute), 5)


def test_the_drift_policy_is_deaf_to_heavy_tails_not_to_a_rise() -> None:
    rng = np.random.default_rng(1)
    miss = rng.lognormal(3.0, 1.3, 60_000)
    nervous = Adwin(side="up")
    assert len(nervous.step(nervous.start(), values(miss**2))[1]) >= 1
    assert len(LASTING.step(LASTING.start(), values(miss))[1]) == 0
    miss[40_000:] *= 1.5
    found = LASTING.step(LASTING.start(), values(miss))[1]
    assert len(found) == 1
    assert 40_000 < found.place[0] < 45_000


def values(numbers: Any) -> Values:
    place = np.arange(len(numbers))
    return Values(place, place, numbers)


def test_how_old_what_is_known_may_be(turns) -> None:
    us = turns.us[turns.what == ASKED]
    newest = {name: newest_learned(turns, one.until(turns)) for name, one in online(APP, QUARTER_US).items()}
    known = newest["continual"] != MISSING
    assert (us - newest["continual"])[known].max() < DAY_US / 6
    assert (newest["reacting"] == newest["continual"]).all()
    late = us // DAY_US > us[0] // DAY_US + 1
    assert (newest["published nightly"] < us // DAY_US * DAY_US)[late].all()  # nothing of the day itself
    assert (newest["published nightly"] >= us // DAY_US * DAY_US - DAY_US)[late].all()  # but of the day before
    frozen = newest["frozen"]
    assert (frozen[us < QUARTER_US] == newest["continual"][us < QUARTER_US]).all()
    assert len(set(frozen[us >= QUARTER_US])) == 1
    assert frozen[-1] < QUARTER_US


def test_the_probe_is_what_was_answered_in_the_old_regime(turns) -> None:
    history = History.of(turns)
    old = probe(turns, history, QUARTER_US)
    assert len(old.at) > 100
    assert (old.asked.us >= QUARTER_US // 2 - DAY_US).all()
    assert (history.settled_us[old.at] < QUARTER_US).all()
    assert (old.early.us < QUARTER_US).all()
    assert np.isin(old.y, (0.0, 1.0)).all()
    assert (old.asked.number == history.number[old.at]).all()


def test_a_refit_that_never_came_again_has_forgotten_nothing(turns) -> None:
    history = History.of(turns)
    old = probe(turns, history, QUARTER_US)
    once = Refit(linear_opponents(APP)[0], QUARTER_US)
    cut = int(np.searchsorted(history.us, 2 * QUARTER_US))  # one moment has passed
    raced = race_refit(once, history.rows(slice(0, cut)), lambda: 0.0, old, lambda part: None)
    assert raced.fits == 1
    np.testing.assert_allclose(raced.then, raced.now, atol=1e-9)
