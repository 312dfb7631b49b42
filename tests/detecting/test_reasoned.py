"""Every column of the app has its reason; frauds at one place are given away by that place."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.apps.fraud import fraud
from evercart.detecting.raided import Raid
from evercart.detecting.reading import Payments
from evercart.detecting.reasoned import because, gathered, reason_of
from evercart.detecting.streamed import streamed
from evercart.learners.commonest import Commonest
from evercart.learners.prequential import prequential
from evercart.units import SECOND_US

N = 3000


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("payments.card_any_good", "frauds at the card"),
        ("payments.over_usual_slot", "amount"),
        ("payments.odd_3d", "habit of the payer"),
        ("of_user.payment_place_distinct_1d.bucket", "rush of the user"),
        ("circles.frauds", "shared things"),
        ("hours.usual_slot", "hour"),
        ("travel.moved_slot", "travel from the last payment"),
        ("asked.own_amount.bucket", "amount"),
        ("asked.hour_of_week", "hour"),
        ("given.v1_slot", "further numbers"),
    ],
)
def test_a_column_tells_of_a_reason(column: str, reason: str) -> None:
    assert column in {one.name for one in fraud("user place card", given="v1").columns}
    assert reason_of(column) == reason


def test_frauds_at_one_place_are_given_away_by_it() -> None:
    rng = np.random.default_rng(2)
    place = rng.integers(1, 20, N).astype(np.uint64)
    parties = {"user": rng.integers(1, 200, N).astype(np.uint64), "place": place}
    us = np.arange(N, dtype=np.int64) * 60 * SECOND_US
    found = Payments(us, parties, rng.integers(3000, 9000, N), (place == 3).astype(np.int64), {}, {})
    made = streamed(fraud("user place", 1000, 1000), found, 1000, lambda: 0.0, lambda part: None, Raid(10))
    told = gathered([one.because for one in made.raided["continual"]])
    assert next(iter(told)) == "frauds at the place"
    assert told["frauds at the place"]["first"] == 1.0
    assert told["frauds at the place"]["log_odds"] > 3 * told["amount"]["log_odds"]


def test_a_learner_that_cannot_tell_tells_nothing() -> None:
    learner = Commonest(most=3)
    question = prequential(np.zeros((1, 1), np.float32), np.ones(1)).rows(slice(0, 1))
    assert because(learner, learner.start(), question) == {}
    assert gathered([{}]) == {}
