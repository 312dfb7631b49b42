"""A decision's reasons: by the revision that answered, summing to the answer, or plainly not to be had."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart import explaining
from evercart.erasing import erase
from evercart.errors import UserError
from evercart.explaining import Listed, explain, reasons, reasons_now
from evercart.hashing import hash_name
from evercart.serve.looking.finding import the_one
from evercart.shop import Shop
from evercart.testing.living import Hands, living


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Hands]:
    folder, hands = tmp_path_factory.mktemp("explaining") / "corner", Hands()
    living(folder, hands).close()
    return folder, hands


@pytest.fixture
def shop(made: tuple[Path, Hands], tmp_path: Path) -> Iterator[Shop]:
    shutil.copytree(made[0], tmp_path / "corner")
    with Shop.open(tmp_path / "corner", clock=made[1].clock) as opened:
        yield opened


def told(shop: Shop, id: str, **how: bool) -> str:
    with pytest.raises(UserError) as caught:
        reasons(shop, id, **how)
    return str(caught.value)


@pytest.mark.parametrize("id", ["back-8-3", "spend-8-3", "back-0-2", "spend-5-0"])
def test_the_parts_sum_to_the_answer_that_was_given(shop: Shop, id: str) -> None:
    row, found = the_one(shop.log, id), reasons(shop, id)
    assert (found.answer, found.computed, found.instead) == (row["guess"], row["guess"], "")
    added = sum(one.by for one in found.because)
    assert found.base + added == pytest.approx(row["guess"], rel=1e-9)
    assert found.error <= 1e-9 * abs(row["guess"])
    assert found.about["user"] == row["user"] and found.revision == row["revision"]
    lane = {lane.app.name: lane for lane in shop.ring().lanes()}[found.app]
    assert {one.feature for one in found.because} == {column.name for column in lane.app.columns}
    sizes = [abs(one.by) for one in found.because]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 0
    assert math.isfinite(found.because[0].log_odds) == (found.app == "repurchase")
    assert next(one.text for one in found.because if one.feature == "asked.user") == row["user"]


def test_a_part_is_what_leaving_it_out_of_a_linear_sum_would_take(shop: Shop) -> None:
    """In log odds, of a model without crosses: a feature's part is its own, whatever the others say."""
    one, other = (reasons(shop, id) for id in ("back-8-3", "back-8-4"))
    assert one.revision == other.revision
    others = {part.feature: part for part in other.because}
    alike = [(part, others[part.feature]) for part in one.because if part.said == others[part.feature].said]
    assert len(alike) > 3
    assert all(part.log_odds == same.log_odds for part, same in alike)


def test_a_revision_that_is_gone_is_told_or_stood_in_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    row = the_one(shop.log, "back-8-3") | {"revision": "0" * 64}
    monkeypatch.setattr(explaining, "the_one", lambda log, id: row)
    rule = "the revision that answered; --near takes the kept one that is nearest"
    assert told(shop, "back-8-3") == f"explain back-8-3: expected {rule}, got 'revision no longer kept'"
    found = reasons(shop, "back-8-3", near=True)
    assert found.instead in {one.address for one in shop.versions("repurchase")}
    assert found.computed == pytest.approx(found.answer, abs=0.1) and found.error < 1e-9


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"x": None}, "features that are still kept, with the same meaning, got 'features dropped'"),
        ({"model": "gone"}, "a revision of one of the app's models, as it answered, got 'made by another model'"),
        ({"app": "fortune"}, "an app that the shop has: repurchase spend recommend, got 'fortune'"),
        ({"guess": None}, "an answer that is a number, got None"),
    ],
)
def test_what_is_gone_is_told(shop: Shop, changed: dict, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = the_one(shop.log, "back-8-3") | changed
    monkeypatch.setattr(explaining, "the_one", lambda log, id: row)
    assert told(shop, "back-8-3") == f"explain back-8-3: expected {text}"


def test_an_unknown_decision_is_told(shop: Shop) -> None:
    assert told(shop, "nobody's") == 'decision: expected the id of one in the log, got "nobody\'s"'
    assert told(shop, "order-8-3") == "decision: expected the id of one in the log, got 'order-8-3'"


def test_of_an_erased_shopper_nothing_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    user = the_one(shop.log, "back-8-3")["user"]
    key = hash_name(user, shop.log.key)
    monkeypatch.setattr(explaining, "erased", lambda shop: {"user": {key}})
    rule = "a decision about no one whose erasure has begun; run `evercart erase` again"
    assert told(shop, "back-8-3") == f"explain back-8-3: expected {rule}, got 'one about a user that is being erased'"
    monkeypatch.undo()
    erase(shop, "user", user)
    assert told(shop, "back-8-3") == "decision: expected the id of one in the log, got 'back-8-3'"


def test_a_question_asked_now_is_not_logged(shop: Shop) -> None:
    user, before = the_one(shop.log, "back-8-3")["user"], shop.log.next_offset
    found = reasons_now(shop, "spend", user)
    assert shop.log.next_offset == before
    assert (found.decision, found.about, found.computed) == ("", {"user": user}, found.answer)
    assert found.error <= 1e-9 * abs(found.answer)
    done = shop.decide("spend", user=user, id="asked-now")
    assert reasons(shop, done.id).because == found.because


def test_a_list_is_told_item_by_item(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = shop.recommender().answer(k=3, item="i3")
    shown = [{"item": one.item, "place": one.place, "score": one.score, "chance": 1.0} for one in answer]
    row = dict.fromkeys(("user", "session", "guess")) | {"id": "list", "app": "recommend", "item": "i3"}
    row |= {"event_us": shop.log.last_us, "feature_offset": answer.offset, "properties": json.dumps({"shown": shown})}
    monkeypatch.setattr(explaining, "the_one", lambda log, id: row)
    found = explain(shop, "list")
    assert isinstance(found, Listed) and found.apart < 1e-6
    assert found.items == tuple((one.item, one.score, tuple(why.text for why in one.why)) for one in answer)
    assert told(shop, "list") == "explain list: expected a decision that is one answer, got 'a list'"
    row["properties"] = None
    with pytest.raises(UserError) as caught:
        explain(shop, "list")
    assert str(caught.value) == "explain list: expected a list whose scores can be computed again, got 'a stand-in'"
