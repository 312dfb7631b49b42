"""Challengers of the fraud app race where they are named."""

from __future__ import annotations

import sys

import pytest

from evercart.apps import app as named
from evercart.apps.fraud import fraud
from evercart.errors import UserError


def test_further_racers_are_named() -> None:
    pytest.importorskip("lightgbm")
    app = named("fraud", {"racers": "trees strange"})
    assert [name for name, _ in app.challengers] == ["machine", "linear", "strange", "trees"]
    trees = dict(app.challengers)["trees"]
    assert "payments.place_rate_7d" in trees.rising
    with pytest.raises(UserError) as caught:
        fraud(racers="lion")
    assert str(caught.value) == "fraud.racers: expected some of strange trees, got 'lion'"


def test_trees_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(UserError, match=r"^fraud.racers: expected the extra trees .*, got 'no lightgbm'$"):
        fraud(racers="trees")
