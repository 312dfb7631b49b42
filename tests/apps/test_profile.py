"""Profile learns what a shopper is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from shops import loss, turned, year

from evercart.apps.profile import profile
from evercart.learners.mean import Mean
from evercart.units import DAY_S


def test_guesses_better_than_the_mean() -> None:
    app = profile()
    raced = replace(app, challengers=(*app.challengers, ("base", Mean(prior=0.0))))
    rows = year(days=160)
    unknown = {name: np.zeros(len(rows), np.uint64) for name in ("category", "brand")}
    replayed = turned(raced, year(days=160, quantity=np.full(len(rows), 1_000), **unknown))
    assert loss(raced, replayed) < 0.75 * loss(raced, replayed, racer=2)
    assert np.isfinite(replayed.scored.guesses).all()


def test_the_window_is_told() -> None:
    assert profile().about.endswith("in the next 28 days?")
    assert profile(window_s=90 * DAY_S).window_s == 90 * DAY_S
