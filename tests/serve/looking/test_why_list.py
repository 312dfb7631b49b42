"""Why items were shown is computed again as it was when they were."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from evercart.lane import Lane
from evercart.recommender import Answer
from evercart.serve.looking import why_list as module
from evercart.serve.looking.finding import Row
from evercart.serve.looking.why_list import FAR, GONE, OTHER, STANDIN, why_list
from evercart.shop import Shop


def row_of(shop: Shop, answer: Answer, **keys: str) -> Row:
    """Return the row of a decision that shows a list."""
    shown = [{"item": one.item, "place": one.place, "score": one.score, "chance": 1.0} for one in answer]
    said = dict.fromkeys(("user", "session", "item")) | keys
    clock = {"event_us": shop.log.last_us, "feature_offset": answer.offset}
    return {**said, **clock, "guess": None, "properties": json.dumps({"shown": shown})}


def lane_of(shop: Shop) -> Lane:
    return next(lane for lane in shop.ring().lanes() if lane.app.candidates)


@pytest.mark.parametrize("keys", [{"item": "i3"}, {"session": "s1"}, {"user": "u84", "item": "i16"}])
def test_reasons_are_those_of_then(lived: Shop, keys: dict[str, str]) -> None:
    answer = lived.recommender().answer(k=5, **keys)
    found = why_list(lived, lane_of(lived), row_of(lived, answer, **keys))
    assert found.reasons == {one.item: tuple(why.text for why in one.why) for one in answer}
    assert found.apart < 1e-6 and found.reason == ""


def test_an_item_that_is_no_candidate_any_more_has_none(lived: Shop) -> None:
    answer = lived.recommender().answer(item="i3", k=2)
    row = row_of(lived, answer, item="i3")
    row["properties"] = row["properties"].replace(answer.items[0].item, "i999")
    assert list(why_list(lived, lane_of(lived), row).reasons) == [answer.items[1].item]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"properties": None}, STANDIN),
        ({"properties": '{"shown": [{"item": "i3"}], "fallback": "popular"}'}, STANDIN),
        ({"feature_offset": None}, STANDIN),
        ({"feature_offset": 5}, GONE),
    ],
)
def test_what_cannot_be_computed_is_told(lived: Shop, changed: Row, reason: str) -> None:
    row = row_of(lived, lived.recommender().answer(item="i3", k=2), item="i3") | changed
    found = why_list(lived, lane_of(lived), row)
    assert (found.reasons, found.reason) == ({}, reason) and math.isnan(found.apart)


def test_too_far_back_is_told(lived: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_READ", 1)
    row = row_of(lived, lived.recommender().answer(item="i3", k=2), item="i3")
    assert why_list(lived, lane_of(lived), row).reason == FAR


def test_a_damaged_checkpoint_is_told(lived: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = row_of(lived, lived.recommender().answer(item="i3", k=2), item="i3")
    (tmp_path / lived.checkpoints.paths()[-1].name).write_bytes(b"not one")
    lane = lane_of(lived)
    monkeypatch.setattr(type(lived.checkpoints), "paths", lambda self: [*tmp_path.iterdir()])
    assert why_list(lived, lane, row).reason == OTHER
