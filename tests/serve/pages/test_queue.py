"""Cases stand in the order of what they would lose; a verdict is a label, its case leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from evercart.events.schema import table_of as rows
from evercart.serve.caller import Caller
from evercart.serve.looking.cases import cases_of
from evercart.serve.pages import page
from evercart.serve.pages.entrance import csrf_of
from evercart.shop import Shop
from evercart.testing.living import Hands
from evercart.testing.paying import pay, paying

QUOTE = "'"
EVIL = "<script>alert('1')</script>"


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    hands = Hands()
    with paying(tmp_path_factory.mktemp("queue") / "shop", hands) as shop:
        for name, place, amount in (("a", "m0", 9_000), ("b", "m9", 9_000), (EVIL, "m0", 100), ("c", "m1", 5_000)):
            pay(shop, hands, name, user="u1", place=place, device="d1", amount=amount, paid={"currency": "EUR"})
        shop.log.append(rows([{"id": "back", "kind": 22, "ref": "paid-c", "event_us": hands.us}]), hands.us)
        yield shop


def paid(text: str) -> list[str]:
    return re.findall(r'name="payment" value="([^"]*)"', text)


async def verdict(service, client, payment: str, said: str, csrf: str | None = None):
    token = csrf_of(service, None) if csrf is None else csrf
    return await client.post("/queue", data={"payment": payment, "verdict": said, "csrf": token})


def test_those_that_would_lose_most_stand_first_with_why(till: Shop, ask) -> None:
    found = cases_of(till.log, till.apps[0])
    assert [case.payment for case in found.first] == [
        "paid-a",
        f"paid-{EVIL}",
        "paid-b",
    ]  # a good place: a small chance
    assert found.first[0].loss == pytest.approx(found.first[0].decision["guess"] * 9_000)
    assert (found.open, found.cut) == (3, False)

    async def work(service, client):
        return (await client.get("/queue")).text, (await client.get("/queue?lang=zh")).text

    text, chinese = ask(till, work)
    assert len(paid(text)) == 3 and paid(text)[::2] == ["paid-a", "paid-b"]
    assert "Open cases: 3" in text and "<script>alert" not in text
    assert "place m0: known frauds of late" in text and "90.00 EUR" in text
    assert "审核队列" in chinese and "待审案件：3" in chinese and "地点 m0：近期已知欺诈" in chinese
    assert "Closed cases: 1" in text and ">chargeback<" in text and "paid-c" in text


def test_what_may_not_be_said(till: Shop, ask, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(service, client):
        answers = [
            await verdict(service, client, "paid-a", "fraud", csrf="other"),
            await verdict(service, client, "paid-a", "maybe"),
            await verdict(service, client, "nothing", "fraud"),
        ]
        monkeypatch.setattr(page, "page_caller", lambda service, request: Caller("eve", "1", frozenset({"read"})))
        reader = (await client.get("/queue")).text
        return answers, reader, await verdict(service, client, "paid-a", "fraud")

    answers, reader, refused = ask(till, work)
    assert [one.status_code for one in answers] == [403, 400, 404]
    assert "verdict: expected one of fraud good, got &#39;maybe&#39;" in answers[1].text
    assert "payment: expected the id of one in the log, got &#39;nothing&#39;" in answers[2].text
    assert paid(reader) == [] and "paid-a" in reader and refused.status_code == 403
    assert cases_of(till.log, till.apps[0]).open == 3


def test_a_shop_without_payments_has_no_queue(empty) -> None:
    answer = empty.get("/queue")
    assert answer.status_code == 404 and 'href="/queue"' not in empty.get("/data").text


def test_a_verdict_is_logged_its_case_leaves(till: Shop, ask) -> None:
    async def work(service, client):
        one = await verdict(service, client, "paid-a", "fraud")
        two = await verdict(service, client, "paid-b", "good")
        return one, two, (await client.get("/queue?said=found_good")).text

    one, two, text = ask(till, work)
    assert (one.status_code, one.headers["location"]) == (303, "/queue?said=found_fraud")
    assert (two.status_code, two.headers["location"]) == (303, "/queue?said=found_good")
    assert paid(text) == [f"paid-{EVIL.replace('<', '&lt;').replace('>', '&gt;').replace(QUOTE, '&#39;')}"]
    assert "Closed cases: 3" in text and "Noted as good" in text and text.count(">local<") == 2
    found = [
        row for row in till.log.names(till.log.next_offset - 4, till.log.next_offset).to_pylist() if row["kind"] == 23
    ]
    assert [(row["ref"], row["fraud"]) for row in found] == [("paid-a", 1), ("paid-b", 0)]
    assert [row["properties"] for row in found] == ['{"reviewer": "local"}'] * 2
