"""One question after the other; the rest is asked over HTTP in api/test_answers.py."""

from __future__ import annotations

import msgspec

from evercart.serve.answering.answerer import Answerer
from evercart.serve.answering.keeping import Keeping
from evercart.serve.answering.question import Question
from evercart.serve.settings import Settings
from evercart.serve.wire import Guessed, Listed
from evercart.shop import Shop


def test_before_anything_is_loaded_it_says_defaults(shop: Shop) -> None:
    answerer = Answerer(shop, Settings(defaults={"spend": 9.5}), Keeping(shop))
    listed = answerer.say(Question("recommend", "d1", {"user": "u"}))
    number = answerer.say(Question("spend", "d2", {"user": "u"}))
    assert msgspec.json.decode(listed.json, type=Listed).empty == "the states are being loaded"
    assert msgspec.json.decode(number.json, type=Guessed).guess == 9.5
    assert (listed.row["id"], number.row["id"], listed.fallback, number.fallback) == ("d1", "d2", "default", "default")
    assert (answerer.status().at, answerer.status().live, answerer.popular().popular) == (-1, {}, {})
