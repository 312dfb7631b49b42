"""Behaviour learns several outcomes at once, each from its own answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evercart.apps.behaviour import ABOUT, OUTCOMES, behaviour
from evercart.backtest import Replayed, replay
from evercart.events.batch import Events
from evercart.events.kinds import number
from evercart.labels.pairs import Tick
from evercart.learners.linear import Linear
from evercart.testing.behaving import BEHAVING
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

SHOP = SimulatedShop(seed=2, shoppers=80, items=60, days=60, emitters=BEHAVING)


@pytest.fixture(scope="module")
def replayed() -> Replayed:
    app = behaviour()
    rates: Any = Linear(app.columns, "logistic", use=(ABOUT,))
    raced = replace(app, challengers=(*app.challengers, ("rates", rates)))
    rows = SHOP.table().num_rows
    return replay(raced, SHOP.stream(rows, columns=raced.reads), Tick(), None, lambda: 0.0)


def test_each_outcome_has_its_own_label(replayed: Replayed) -> None:
    events = Events.concat(list(SHOP.stream(SHOP.table().num_rows)))
    views = np.flatnonzero(events.kind == 1)
    scored = replayed.scored
    for place, name in enumerate(OUTCOMES):
        own = scored.rows(scored.slice == place)
        came = events.rows(events.kind == number(name))
        for at in range(0, len(own), 97):
            view = views[at]
            mine = came.logged_us[(came["user"] == events["user"][view])]
            now = events.logged_us[view]
            later = ((mine > now) & (mine <= now + DAY_US)).any()
            behind = ((mine == now) & (name != "view")).any()  # logged at the same time as the view
            assert bool(own.y[at]) == bool(later) or behind, f"{name} after row {view}"


def test_it_guesses_better_than_base_rates(replayed: Replayed) -> None:
    scored, app = replayed.scored, behaviour()
    late = scored.rows(slice(len(scored) // 2, None))
    for place, name in enumerate(OUTCOMES):
        own = late.rows(late.slice == place)
        ours, rates = (app.loss.each(own.y, own.guesses[:, racer]).mean() for racer in (0, 2))
        assert ours < rates * (0.95 if name == "order" else 1.03), name  # little is to be seen of the others yet


def test_weights_are_stated() -> None:
    assert behaviour(back=7.0).champion.weights == (1.0, 1.0, 1.0, 1.0, 1.0, 7.0)
