"""Repurchase learns who comes back, with or without names of baskets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shops import loss, turned, year

from evercart.apps.repurchase import repurchase
from evercart.learners.mean import Mean
from evercart.units import DAY_S


def test_guesses_better_than_the_base_rate() -> None:
    app = replace(repurchase(), challengers=(("base", Mean()),))
    replayed = turned(app, year())
    assert replayed.counts["asked"] > 800
    assert set(np.unique(replayed.scored.y)) == {0.0, 1.0}
    assert loss(app, replayed) < loss(app, replayed, racer=1) - 0.02


def test_few_columns_each_with_a_name() -> None:
    columns = repurchase().columns
    assert len(columns) <= 45
    assert {column.unit for column in columns if column.is_number}
    assert "asked.user" in {column.name for column in columns}


def test_baskets_and_places_may_lack_names() -> None:
    nothing = np.zeros(len(year()), np.uint64)
    app = repurchase(gap_s=60)
    plain, bare = turned(app, year()), turned(app, year(session=nothing, place=nothing))
    assert bare.counts["asked"] == plain.counts["asked"]
    assert loss(app, bare) == pytest.approx(loss(app, plain), abs=0.02)


def test_options_say_how_soon_of_what() -> None:
    app = repurchase(kind="view", window_s=3 * DAY_S)
    assert (app.answers[0].kind, app.window_s, app.asks.kind) == ("view", 3 * DAY_S, "view")
