"""Spend learns who spends how much, in any currency."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shops import loss, turned, year

from evercart.apps.spend import spend
from evercart.learners.mean import Mean


def test_guesses_better_than_the_mean() -> None:
    app = replace(spend(), challengers=(("base", Mean(prior=0.0)),))
    replayed = turned(app, year())
    assert loss(app, replayed) < 0.9 * loss(app, replayed, racer=1)


def test_larger_money_is_guessed_as_well() -> None:
    app = spend()
    one, thousand = (loss(app, turned(app, year(scale=scale))) for scale in (1, 1_000))
    assert thousand / 1e6 == pytest.approx(one, rel=0.02)


def test_a_cap_holds_labels_and_guesses_are_in_units_of_money() -> None:
    events = year()
    free, capped, cents = (turned(spend(**options), events) for options in ({}, {"most": 50.0}, {"minor": 1}))
    assert free.scored.y.max() > capped.scored.y.max() == 50.0
    assert capped.scored.guesses.mean() < free.scored.guesses.mean()
    np.testing.assert_allclose(cents.scored.y, 100 * free.scored.y)


def test_few_columns() -> None:
    assert len(spend().columns) <= 20
