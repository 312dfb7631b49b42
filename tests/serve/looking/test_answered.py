"""What a decision said is read back; what nobody can read says nothing."""

from __future__ import annotations

import json
import math

import pytest

from evercart.serve.looking.answered import Item, answered


def test_a_list_is_read_back() -> None:
    shown = [{"item": "i7", "place": 1, "score": 0.5, "chance": 0.25}, {"item": "i9", "place": 2, "score": 0.1}]
    said = {"shown": shown, "removed": {"erased": 2}, "fallback": "popular", "budget": 3}
    found = answered({"guess": None, "properties": json.dumps(said)})
    assert math.isnan(found.guess)
    assert found.items == (Item("i7", 1, 0.5, 0.25), Item("i9", 2, 0.1, 1.0))
    assert (found.removed, found.fallback, found.other) == ({"erased": 2}, "popular", {"budget": 3})


@pytest.mark.parametrize(
    "text", [None, "", "no json", "[]", "3", '{"shown": 3}', '{"removed": [1]}', '{"shown": null, "fallback": null}']
)
def test_what_nobody_can_read_says_nothing(text: str | None) -> None:
    found = answered({"guess": 1.5, "properties": text})
    assert (found.guess, found.items, found.removed, found.fallback) == (1.5, (), {}, "")


def test_an_item_may_be_a_bare_name() -> None:
    said = {"shown": ["i7", {"item": 3, "place": "first", "score": True}, {}]}
    items = answered({"guess": None, "properties": json.dumps(said)}).items
    assert [(one.item, one.place) for one in items] == [("i7", 1), ("3", 2), ("", 3)]
    assert all(math.isnan(one.score) for one in items)
