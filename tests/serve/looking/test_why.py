"""What moved a guess is found by the model that guessed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evercart.asks.logged import decoded, layout
from evercart.serve.looking.finding import Row, the_one
from evercart.serve.looking.why import FEW, OTHERS, Why, known_of, why_of
from evercart.shop import Shop
from evercart.verifying import FEATURES, MODEL, REVISION, Revisions


@pytest.fixture(scope="module")
def asked(lived: Shop):
    ring, revisions = lived.ring().of_one_answer, Revisions(lived.shelf)
    lanes = {lane.app.name: lane for lane in ring.lanes()}

    def why(row: Row) -> Why:
        return why_of(ring, lanes[row["app"]], lived.log, revisions, row)

    return why, lanes


@pytest.mark.parametrize("id", ["back-8-3", "spend-8-3", "back-5-0"])
def test_a_guess_is_taken_apart_by_its_own_revision(lived: Shop, asked, id: str) -> None:
    row = the_one(lived.log, id)
    found = asked[0](row)
    assert found.guess == row["guess"]  # to the last bit
    assert (found.others, found.reason) == (OTHERS, "")
    parts = [abs(one.by) for one in found.moved]
    assert parts and parts == sorted(parts, reverse=True)
    subjects = [one.topic.subject for one in found.moved]
    assert len(set(subjects)) == len(subjects) and "visits" in subjects
    assert "place" not in subjects  # it was the same for all


def test_what_was_known_is_what_was_logged(lived: Shop, asked) -> None:
    row = the_one(lived.log, "back-8-3")
    lane = asked[1]["repurchase"]
    known = known_of(lane, row)
    stored = lived.log.names(row["offset"], row["offset"] + 1)["x"]
    assert np.array_equal(known.x, decoded(stored, layout(lane.app.columns), len(lane.app.columns))[1][0])


def test_the_first_have_nothing_to_be_compared_with(lived: Shop, asked) -> None:
    row = the_one(lived.log, "back-0-2")
    found = asked[0](row)
    assert (found.reason, found.moved, found.guess) == (FEW, (), row["guess"])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"x": None}, FEATURES),
        ({"x": b"other"}, FEATURES),
        ({"revision": "gone"}, REVISION),
        ({"model": "gone"}, MODEL),
    ],
)
def test_what_is_gone_is_told(lived: Shop, asked, changed: dict, reason: str) -> None:
    found = asked[0](the_one(lived.log, "back-8-3") | changed)
    assert found.reason == reason and math.isnan(found.guess) and found.moved == ()
