"""Answers as they go over the wire, as they stand in the log."""

from __future__ import annotations

import json

import pytest

from evercart.learners.reasons.why import Reason
from evercart.recommender import Answer, Answered
from evercart.serve.answering.told import listed, row

ANSWER = Answer(
    (Answered("a", 2.5, 1, 0.5, (Reason("content", 0.3, "like what you saw"),)), Answered("b", 1.0, 2, 0.25, ())),
    "",
    {"bought before": 3},
    77,
    5,
    123,
)


def test_the_chance_of_a_list_is_that_of_all_its_places():
    said = listed("d", "recommend", ANSWER, None, "popular")
    assert said.chance == pytest.approx(0.125)
    assert (said.model, said.revision, said.fallback, said.confirmed) == ("", "", "popular", False)
    assert [(one.text, one.worth, one.kind) for one in said.items[0].why] == [("like what you saw", 0.3, "content")]


def test_the_row_says_what_was_shown():
    said = row(listed("d", "recommend", ANSWER, None, "popular"), {"user": "u"}, 123)
    assert json.loads(said["properties"]) == {
        "shown": [
            {
                "item": "a",
                "score": 2.5,
                "place": 1,
                "chance": 0.5,
                "why": [{"text": "like what you saw", "worth": 0.3, "kind": "content"}],
            },
            {"item": "b", "score": 1.0, "place": 2, "chance": 0.25},
        ],
        "removed": {"bought before": 3},
        "fallback": "popular",
    }
    assert (said["event_us"], said["user"], said["model"], said["feature_offset"]) == (123, "u", None, 77)
