"""A payment is asked about through the service, which says what to do; what is declined leaves no label."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from evercart.errors import UserError
from evercart.events.actions import ACTIONS, APPROVE, DECLINE
from evercart.serve.looking.came import came_of
from evercart.serve.looking.finding import the_one
from evercart.serve.settings import Settings
from evercart.shop import Shop
from evercart.testing.living import Hands
from evercart.testing.paying import pay, paying
from evercart.units import DAY_US, SECOND_US

COSTS = """
reviews_a_day = 1
[fraud.costs]
challenge_stops = 0
margin = 0.05
insult_minor = 100
review_s = 120
review_stops = 1
review_loses = 0
"""
BAD = {"user": "u1", "place": "m0", "device": "d1", "amount": 9_900}
GOOD = BAD | {"place": "m9"}


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, hands: Hands) -> Iterator[Shop]:
    with paying(tmp_path_factory.mktemp("acting") / "shop", hands, further=COSTS) as shop:
        pay(shop, hands, "first", **GOOD)
        yield shop


def counts(shop: Shop, hands: Hands) -> dict[str, int]:
    """Return what became of the questions of the log."""
    hands.us += 10 * SECOND_US
    shop.log.heartbeat(hands.us)
    shop.run()
    (lane,) = shop.ring().lanes()
    saved = next(shop.checkpoints.whole(shop.log.next_offset))
    return lane.pairs.fold.counts(shop.checkpoints.states(shop.ring(), saved)[lane.pairs.name])


def test_an_answer_says_what_to_do_the_log_holds_it(bank: Shop, hands: Hands, ask) -> None:
    async def work(service, client):
        bad = [(await client.post("/v1/fraud/decide", json=BAD)).json() for _ in range(3)]
        return [*bad, (await client.post("/v1/fraud/decide", json=GOOD)).json()]

    said = ask(bank, work)
    assert [one["action"] for one in said] == ["review", "decline", "decline", "approve"]
    assert [one["chance"] for one in said] == [1.0] * 4
    again = ask(bank, work)  # another process of today: no review is left
    assert [one["action"] for one in again] == ["decline", "decline", "decline", "approve"]
    rows = [the_one(bank.log, one["decision"]) for one in (*said, *again)]
    assert [ACTIONS[row["action"]] for row in rows] == [one["action"] for one in (*said, *again)]
    assert bank.verify().differing == []


def test_what_is_declined_is_neither_good_nor_bad(bank: Shop, hands: Hands) -> None:
    before = counts(bank, hands)
    with Shop.open(bank.folder, clock=hands.clock) as anew:
        anew.decide("fraud", **BAD)  # after which no review is left today
        declined, approved = anew.decide("fraud", **BAD), anew.decide("fraud", **GOOD)
    assert (declined.action, approved.action) == ("decline", "approve")
    hands.us += 31 * DAY_US
    after = counts(bank, hands)
    assert after["asked"] - before["asked"] == 3
    assert after["nobody"] - before["nobody"] >= 1
    came = [came_of(bank.log, the_one(bank.log, one.id), bank.apps[0]).label for one in (declined, approved)]
    assert math.isnan(came[0]) and came[1] == 0.0


def test_without_a_model_the_stated_default_acts(bank: Shop, ask, tmp_path) -> None:
    with paying(tmp_path / "shop", Hands(), days=1, further=COSTS) as shop:

        async def work(service, client):
            service.answering.keeping.now.weighed.clear()
            return (await client.post("/v1/fraud/decide", json=BAD)).json()

        none = ask(shop, work)
        stated = ask(shop, work, defaults={"fraud": 0.001})
        assert (none["fallback"], none["guess"], none["action"]) == ("default", None, None)
        assert (stated["fallback"], stated["guess"], stated["action"]) == ("default", 0.001, "approve")
        assert the_one(shop.log, none["decision"])["action"] is None
        assert the_one(shop.log, stated["decision"])["action"] == APPROVE
    assert Settings().defaults.get("fraud") is None and DECLINE == 3


@pytest.mark.parametrize(
    ("further", "text"),
    [
        ("reviews_a_day = 5", "fraud.reviews_a_day, let_through: expected a table fraud.costs beside, got 'none'"),
        ("reviews_a_day = 0.5\n[fraud.costs]", "fraud.reviews_a_day: expected an integer of at least 0, got 0.5"),
        ("let_through = -1\n[fraud.costs]", "fraud.let_through: expected a number of at least 0, got -1"),
        ("costs = 3", "fraud.costs: expected a table, got 3"),
        ("[fraud.costs]\nmargin = 3", "costs.margin: expected a number from 0 to 1, got 3"),
    ],
)
def test_settings_that_make_no_sense(tmp_path, further: str, text: str) -> None:
    with pytest.raises(UserError) as caught:
        paying(tmp_path / "shop", Hands(), days=1, further=further)
    assert str(caught.value) == text
