"""A decision is opened with all that log, shelf know of it."""

from __future__ import annotations

import math

import pytest

from evercart.serve.looking.opened import LIST, Opener
from evercart.serve.problem import Unknown
from evercart.shop import Shop


def test_a_decision_is_opened_whole(lived: Shop) -> None:
    opened = Opener(lived).open("back-8-3")
    assert opened.app is not None and opened.app.name == "repurchase"
    assert opened.model is not None and opened.model.id == opened.row["model"]
    assert opened.version is not None and opened.version.fingerprint == opened.row["revision"]
    assert len(opened.features) == len(opened.app.columns)
    assert opened.why.guess == opened.row["guess"] == opened.answered.guess
    assert (opened.came.open, opened.came.label) == (True, 1.0)


def test_one_that_is_not_there(lived: Shop) -> None:
    with pytest.raises(Unknown, match="decision: expected the id of one in the log, got 'none'"):
        Opener(lived).open("none")


def test_a_list_has_no_features_of_its_own(lived: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from evercart.serve.looking import opened as module

    row = {**module.the_one(lived.log, "back-8-3"), "app": "recommend", "guess": None, "x": None}
    monkeypatch.setattr(module, "the_one", lambda log, id: row)
    found = Opener(lived).open("any")
    assert (found.why.reason, found.features) == (LIST, ())
    assert math.isnan(found.answered.guess)


def test_an_app_that_is_gone_leaves_its_answers(lived: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from evercart.serve.looking import opened as module

    row = {**module.the_one(lived.log, "back-8-3"), "app": "no longer"}
    monkeypatch.setattr(module, "the_one", lambda log, id: row)
    found = Opener(lived).open("any")
    assert found.app is None and found.version is None and found.came.closes_us == 0


def test_where_the_revision_is_gone_the_nearest_kept_one_is_taken_apart(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evercart.serve.looking import opened as module

    row = {**module.the_one(lived.log, "back-8-3"), "revision": "gone"}
    monkeypatch.setattr(module, "the_one", lambda log, id: row)
    found = Opener(lived).open("any")
    assert found.version is None and found.instead is not None
    assert found.instead.model == row["model"] and found.why.moved and found.why.reason == ""
    apart = [abs(one.next_offset - row["feature_offset"]) for one in lived.versions("repurchase")]
    assert abs(found.instead.next_offset - row["feature_offset"]) == min(apart)
