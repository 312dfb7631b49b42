"""A guard objects, or says nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.publish.guard import Fast, Finite, Offer, Within, objections
from evercart.publish.revision import Revision


def offer(*numbers: float, loss: float = 0.5, question_us: float = 1.0) -> Offer:
    flat = {"w": np.array(numbers), "n": np.array([3]), "seen": np.array([True])}
    return Offer(Revision(flat, 5, 0, {"loss": loss}), question_us)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_named(odd: float) -> None:
    assert Finite()(offer(1.0, odd, 2.0)) == "state.w: expected finite numbers, got '1 of 3 that are not'"
    assert Finite(but=("w",))(offer(1.0, odd)) is None


@pytest.mark.parametrize("path", ["asked.label", "learners.1.asked.label", "recalled.columns.6", "waiting.rows.was"])
def test_labels_still_to_come_are_no_weights(path: str) -> None:
    flat = {"w": np.ones(2), path: np.array([np.nan])}
    assert Finite()(Offer(Revision(flat, 5, 0), 1.0)) is None
    flat["masked.label"] = np.array([np.nan])
    assert "state.masked.label" in (Finite()(Offer(Revision(flat, 5, 0), 1.0)) or "")


def test_infinities_that_cancel_are_seen() -> None:
    assert Finite()(offer(math.inf, -math.inf)) == "state.w: expected finite numbers, got '2 of 2 that are not'"


def test_finite_numbers_pass_even_where_their_sum_is_not() -> None:
    assert Finite()(offer(1.7e308, 1.7e308)) is None
    assert Finite()(offer()) is None


def test_a_score_stays_within_bounds() -> None:
    bounds = Within("loss", 0.1, 0.7)
    assert bounds(offer(loss=0.1)) is None
    assert bounds(offer(loss=0.7)) is None
    assert bounds(offer(loss=0.05)) == "loss: expected a score of 0.1 to 0.7, got 0.05"
    assert bounds(offer(loss=math.nan)) == "loss: expected a score of 0.1 to 0.7, got nan"
    assert Within("brier", most=1)(offer()) == "brier: expected a score of -inf to 1, got 'none'"


def test_a_slow_one_is_objected_to() -> None:
    assert Fast(50)(offer(question_us=50)) is None
    assert Fast(50)(offer(question_us=50.5)) == "question_us: expected at most 50, got 50.5"
    assert Fast(50)(offer(question_us=math.nan)) == "question_us: expected at most 50, got nan"


def test_every_objection_is_told() -> None:
    guards = (Finite(), Within("loss", most=0.1), Fast(50), lambda _: None)
    assert objections(guards, offer(1.0, loss=0.05)) == []
    assert len(objections(guards, offer(math.nan, question_us=60))) == 3


def test_bad_settings_are_refused() -> None:
    with pytest.raises(UserError, match=r"^within.most: expected at least 2, got 1$"):
        Within("loss", 2, 1)
    with pytest.raises(UserError, match=r"^fast.most_us: expected more than 0, got 0$"):
        Fast(0)
