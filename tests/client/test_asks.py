"""Asks: what a client asks, as requests."""

from __future__ import annotations

import json

from evercart.client import asks
from evercart.serve.wire import AppShown, Guessed, Listed, Taken


def test_names_are_quoted_wherever_they_stand() -> None:
    assert asks.similar("a/b?c", {"k": None}).path == "/v1/similar/a%2Fb%3Fc"
    assert asks.profile("ü\n").path == "/v1/profile/%C3%BC%0A"
    assert asks.decide("../x", {}).path == "/v1/..%2Fx/decide"
    assert asks.recommend({"user": "a&k=9", "why": True}).path == "/v1/recommend?user=a%26k%3D9&why=true"


def test_what_was_not_said_is_not_sent() -> None:
    assert asks.recommend({"user": None, "k": 0}).path == "/v1/recommend?k=0"
    assert json.loads(asks.decide("spend", {"user": "u1", "item": None}).body or b"") == {"user": "u1"}
    assert asks.versions(None).path == "/v1/versions"


def test_each_knows_what_it_is_answered_with() -> None:
    assert asks.events([]).gives is Taken
    assert asks.recommend({}).gives is Listed
    assert asks.decide("spend", {}).gives is Guessed
    assert asks.apps().gives == list[AppShown]


def test_what_moves_a_model_is_not_sent_twice() -> None:
    assert not asks.promote("spend", "m", force=True).again
    assert not asks.rollback("spend", None).again
    assert asks.events([]).again
    assert json.loads(asks.promote("spend", "m", force=True).body or b"") == {"model": "m", "force": True}
    assert json.loads(asks.retry([3], {"user": None}).body or b"") == {"numbers": [3], "edits": {"user": None}}
    assert asks.quarantine(5, "item").path == "/v1/quarantine?limit=5&field=item"
