"""Who spars relies on what cannot be bought; who only counts is what it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sparred import COLUMNS, sparred

from evercart.errors import UserError
from evercart.harden.fought import fought
from evercart.harden.sparring import Sparring
from evercart.harden.tricks import Trick
from evercart.labels.turns import ASKED
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear

LINEAR = Linear(COLUMNS, "logistic", Ftrl(alpha=0.3, beta=1.0))
BUY = Trick("buy", ("bought",))
SPARS = Sparring(LINEAR, COLUMNS, (BUY,), 1.0, after=20)


def test_with_weight_0_it_is_what_it_was_but_counts() -> None:
    turns = sparred()
    counts, plain = replace(SPARS, weight=0.0), LINEAR.step(LINEAR.start(), turns)[1]
    state, said = counts.step(counts.start(), turns)
    np.testing.assert_array_equal(said, plain)
    losses = fought(state)
    assert losses is not None
    assert losses[1] > losses[0] > 0


def test_what_cannot_be_bought_tells_frauds_made_again() -> None:
    turns = sparred()
    counts = replace(SPARS, weight=0.0)
    wary, plain = (fought(one.step(one.start(), turns)[0]) for one in (SPARS, counts))
    assert wary is not None
    assert plain is not None
    assert wary[1] < 0.6 * plain[1]


def test_tricks_wait_until_the_plain_ones_are_known() -> None:
    turns, late = sparred(400), replace(SPARS, after=10_000)
    np.testing.assert_array_equal(late.step(late.start(), turns)[1], LINEAR.step(LINEAR.start(), turns)[1])
    assert not np.array_equal(
        SPARS.step(SPARS.start(), turns)[1], LINEAR.step(LINEAR.start(), turns)[1], equal_nan=True
    )


def test_columns_come_from_questions_kept_before() -> None:
    turns = sparred(30_000)
    state, _ = SPARS.step(SPARS.start(), turns)
    asked = turns.x[turns.what == ASKED]
    kept = min(int(state.counts[0]), len(state.seen))
    assert kept > 200
    assert {tuple(row) for row in state.seen[:kept].tolist()} <= {tuple(row) for row in asked.tolist()}


def test_bad_settings() -> None:
    for options, text in (
        ({"tricks": ()}, "sparring.tricks: expected at least one, got ()"),
        ({"weight": -1}, "sparring.weight: expected 0 or more and finite, got -1"),
        ({"keep": 1}, "sparring.keep: expected 0 or more and less than 1, got 1"),
        ({"after": -1}, "sparring.after: expected at least 0, got -1"),
    ):
        with pytest.raises(UserError) as caught:
            replace(SPARS, **options)
        assert str(caught.value) == text
    with pytest.raises(UserError, match="none"):
        replace(SPARS, tricks=(Trick("none", ("none",)),))
