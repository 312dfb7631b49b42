"""A payment is asked about through the service, made, complained of: the decision learns what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from evercart.serve.looking.came import came_of
from evercart.serve.looking.finding import the_one
from evercart.shop import Shop
from evercart.testing.living import Hands
from evercart.testing.paying import paying
from evercart.units import DAY_US, SECOND_US

ASKED = {"user": "u1", "place": "m0", "device": "d1", "amount": 9_900}


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, hands: Hands) -> Iterator[Shop]:
    with paying(tmp_path_factory.mktemp("paying") / "shop", hands) as shop:
        yield shop


async def send(client, hands: Hands, **event):
    hands.us += SECOND_US
    found = await client.post("/v1/events", json={"event_us": hands.us, **event})
    assert found.status_code == 200, found.text
    return found.json()


def labels(shop: Shop, hands: Hands) -> dict[str, int]:
    """Return what became of the questions of the log, by the fold that holds them, once all has been learned."""
    hands.us += 10 * SECOND_US
    shop.log.heartbeat(hands.us)  # so that the last tick is closed
    shop.run()
    ring = shop.ring()
    (lane,) = ring.lanes()
    saved = next(shop.checkpoints.whole(shop.log.next_offset))
    states = shop.checkpoints.states(ring, saved)
    return lane.pairs.fold.counts(states[lane.pairs.name])


def test_a_chargeback_settles_the_decision_of_its_payment(bank: Shop, hands: Hands, ask) -> None:
    async def work(service, client):
        await send(client, hands, kind="payment", id="pay-0", **ASKED)  # from here on the log is live
        said = (await client.post("/v1/fraud/decide", json=ASKED)).json()
        good = (await client.post("/v1/fraud/decide", json={**ASKED, "place": "m9"})).json()
        await send(client, hands, kind="payment", id="pay-1", ref=said["decision"], **ASKED)
        await send(client, hands, kind="payment", id="pay-2", ref=good["decision"], **{**ASKED, "place": "m9"})
        await send(client, hands, kind="payment", id="pay-3", **ASKED)
        return said, good

    said, good = ask(bank, work)
    assert (said["unit"], said["confirmed"], said["fallback"]) == ("chance", True, "")
    assert 0.0 < good["guess"] < said["guess"] < 1.0
    row = the_one(bank.log, said["decision"])
    assert [row[name] for name in ("user", "place", "device", "amount")] == ["u1", "m0", "d1", 9_900]
    before = labels(bank, hands)

    async def complain(service, client):
        hands.us += 2 * DAY_US
        told = await send(client, hands, kind="chargeback", id="back-1", ref="pay-1")
        lost = await send(client, hands, kind="chargeback", id="back-2", ref="nothing")
        await send(client, hands, kind="resolved", id="found-2", ref="pay-2", fraud=0)
        return told, lost

    told, lost = ask(bank, complain)
    assert (told["accepted"], told["orphans"], lost["accepted"], lost["orphans"]) == (1, 0, 1, 1)
    after = labels(bank, hands)
    assert after["asked"] == before["asked"] == 2_004  # a payment that names its decision is no question of its own
    assert after["settled"] - before["settled"] == 2
    found = came_of(bank.log, row, bank.apps[0])
    assert [(one.kind, one.names, one.answers) for one in found.rows] == [
        ("payment", True, False),
        ("chargeback", False, True),
    ]
    assert (found.label, came_of(bank.log, the_one(bank.log, good["decision"]), bank.apps[0]).label) == (1.0, 0.0)
    verified = bank.verify()
    assert (verified.differing, verified.agreed) == ([], 2)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"user": "u1"}, "body: object missing required field amount"),
        ({**ASKED, "item": "i1"}, "body: object contains unknown field item"),
        ({**ASKED, "fraud": 1}, "body: object contains unknown field fraud"),
        ({**ASKED, "amount": 9.5}, "body.amount: expected float that's a multiple of 1.0"),
        ({**ASKED, "device": ""}, "decide fraud.device: expected a name, got ''"),
    ],
)
def test_what_cannot_be_asked_of_a_payment(bank: Shop, ask, body, text: str) -> None:
    async def work(service, client):
        found = await client.post("/v1/fraud/decide", json=body)
        return found.status_code, found.json()["error"]

    status, said = ask(bank, work)
    assert (status, said) == (400, text)


def test_many_payments_of_one_card_at_once(bank: Shop, ask) -> None:
    async def work(service, client):
        asked = (client.post("/v1/fraud/decide", json={"amount": at, "card": "one"}) for at in (0, -5, *range(1, 40)))
        return [found.status_code for found in await asyncio.gather(*asked)]

    assert set(ask(bank, work)) == {200}
