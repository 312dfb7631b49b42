"""Lifetimes are learned from questions as they come, shown to the learner inside."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from living import COLUMNS, visits

from evercart.errors import UserError
from evercart.learners.lifetime.lifetime import SHOWN, Lifetime
from evercart.learners.lifetime.purchases import PRIOR
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.units import DAY_S, DAY_US


def test_parameters_are_found_on_the_way() -> None:
    lifetime = Lifetime(Mean(), COLUMNS, 28 * DAY_S, scale=0.01)
    state, guesses = lifetime.step(lifetime.start(), visits(300, 120))
    assert np.isfinite(guesses).all()
    r, alpha, a, b = state.fitted.buying
    assert r / alpha == pytest.approx((0.3 + 0.05) / 2, rel=0.25)
    assert a / (a + b) < 0.02  # nobody leaves
    x = np.zeros((3, len(COLUMNS)), np.float32)
    x[0, :4], x[1, :4] = (60, 120, 0, 1000), (60, 120, 40, 1000)
    (here, often, value), gone, unknown = lifetime.foretell(state.fitted, x, 28 * DAY_S)
    assert here > 0.95
    assert often == pytest.approx(14, rel=0.15)
    assert value == pytest.approx(often * 10, rel=0.1)
    assert gone[0] < here
    assert not unknown.any()


def test_nothing_is_fitted_to_too_few() -> None:
    lifetime = Lifetime(Mean(), COLUMNS, 28 * DAY_S)
    state, _ = lifetime.step(lifetime.start(), visits(20, 60))
    assert state.fitted.buying.tolist() == list(PRIOR)


def test_the_sample_lets_go_of_older_cohorts() -> None:
    lifetime = Lifetime(Mean(), COLUMNS, DAY_S, keep_s=30 * DAY_S, every_s=DAY_S)
    turns = visits(50, 90)
    state, _ = lifetime.step(lifetime.start(), turns)
    assert len(state.sample.known) < 5  # nearly all came first in the first weeks


def test_the_learner_inside_sees_what_is_foretold() -> None:
    class Shows(Mean):
        def step(self, state: Any, turns: Any) -> Any:
            return state, turns.x[:, -2].astype(float)

    lifetime = Lifetime(Shows(), COLUMNS, 28 * DAY_S, every_s=10_000 * DAY_S)
    turns = visits(300, 40)
    state, guesses = lifetime.step(lifetime.start(), turns)
    np.testing.assert_allclose(guesses, lifetime.foretell(state.fitted, turns.x, 28 * DAY_S)[:, 1], rtol=1e-6)


def test_it_is_eased_like_the_learner_inside() -> None:
    lifetime = Lifetime(Linear((*COLUMNS, *SHOWN), "squared"), COLUMNS, DAY_S)
    state, _ = lifetime.step(lifetime.start(), visits(10, 10))
    assert lifetime.eased(state, 0.5).sample is state.sample


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"window_s": 0}, "lifetime.window_s: expected more than 0, got 0"),
        ({"scale": 0}, "lifetime.scale: expected more than 0 and finite, got 0"),
        ({"size": 0}, "lifetime.size: expected at least 1, got 0"),
        ({"every_s": 0}, "lifetime.every_s: expected at least 1, got 0"),
        ({"keep_s": 0}, "lifetime.keep_s: expected more than 0, got 0"),
        ({"least": 0}, "lifetime.least: expected at least 1, got 0"),
        ({"lives": "x"}, "column: expected one of "),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Lifetime(**{"learner": Mean(), "columns": COLUMNS, "window_s": DAY_US, **wrong})
