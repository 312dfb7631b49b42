"""A payment of a real shop is explained: reasons sum up, the bad place carries the risk, a past fraud is like it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa
import pytest

from evercart.explaining import Reasons, explain, reasons
from evercart.shop import Shop
from evercart.testing.console import evercart
from evercart.testing.living import Hands
from evercart.testing.paying import pay, paying


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    hands = Hands()
    with paying(tmp_path_factory.mktemp("suspected") / "shop", hands) as shop:
        pay(shop, hands, "bad", user="u1", place="m0", device="d1", amount=90_000)
        pay(shop, hands, "good", user="u1", place="m9", device="d1", amount=3_000)
        yield shop


def explained(shop: Shop, name: str) -> Reasons:
    found = explain(shop, f"asked-{name}")
    assert isinstance(found, Reasons) and found.payment is not None
    return found


def test_the_reasons_are_the_contributions_beyond_the_usual(till: Shop) -> None:
    found, good = explained(till, "bad"), explained(till, "good")
    first = found.payment.reasons[0]
    odds = found.payment.unit == "log odds"  # else the answer is mixed of several
    assert first.code == "place_frauds" and first.weight > (2 if odds else 0.1)
    assert "place m0: known frauds of late" in found.payment.summary()["reasons"][0]["text"]
    assert all(one.weight < 0.5 for one in good.payment.reasons if one.code == "place_frauds")
    told, other = (sum(one.log_odds if odds else one.by for one in each.because) for each in (found, good))
    coded, others = (sum(one.weight for one in each.payment.reasons) for each in (found, good))
    assert coded - others == pytest.approx(told - other, abs=1e-6)  # the usual is taken off both


def test_who_carries_the_risk(till: Shop) -> None:
    found = explained(till, "bad")
    place = found.payment.parties[0]
    assert (place.column, place.name) == ("place", "m0") and 0.3 < place.rate < 0.7 and place.users > 5
    assert found.payment.carries(place) > 0.1
    assert {one.column for one in found.payment.parties} == {"place", "user", "device"}
    assert found.about == {"user": "u1", "place": "m0", "device": "d1"}


def test_a_past_fraud_is_like_it(till: Shop) -> None:
    similar = explained(till, "bad").payment.similar
    assert similar.fraud and similar.told and 0.5 < similar.alike <= 1
    offset = int(till.log.find(pa.chunked_array([[similar.id]]))[0])
    assert till.log.names(offset, offset + 1).to_pylist()[0]["place"] in ("m0", "m1")
    assert not explained(till, "good").payment.similar.fraud


def test_the_command_says_it(till: Shop) -> None:
    folder = till.folder.parent
    text = evercart("explain", "asked-bad", "--shop", "shop", folder=folder)
    assert "Reasons, beside a usual payment" in text and "Who carries the risk, as known then" in text
    assert "Most alike by its reasons" in text and "place m0" in text
    said = json.loads(evercart("explain", "asked-bad", "--json", "--shop", "shop", folder=folder))["payment"]
    assert said["reasons"][0]["code"] == "place_frauds" and said["parties"][0]["name"] == "m0"
    assert set(said["similar"]) == {"id", "kind", "us", "fraud", "told", "alike", "amount", "currency"}


def test_reasons_alone_look_for_nothing_else(till: Shop) -> None:
    assert reasons(till, "asked-bad").payment is None
