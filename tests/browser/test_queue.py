"""A reviewer works off the queue in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from evercart.clock import Clock
from evercart.serve.caller import SCOPES
from evercart.serve.http import application
from evercart.serve.keystore import KeyStore
from evercart.serve.service import Service
from evercart.testing.living import Hands
from evercart.testing.paying import pay, paying
from evercart.testing.serving import listening


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A shop of payments, three of them open."""
    hands, folder = Hands(), tmp_path_factory.mktemp("till") / "shop"
    with paying(folder, hands) as shop:
        for name, place, amount in (("a", "m0", 90_000), ("b", "m0", 9_000), ("c", "m9", 900)):
            pay(shop, hands, name, user="u1", place=place, device="d1", amount=amount, paid={"currency": "EUR"})
        made = KeyStore(folder, Clock())
        key, reader = (made.create(*one).text for one in (("anna", SCOPES), ("rob", ["read"])))
        service = Service(shop)
        with listening(application(service)) as url:
            yield SimpleNamespace(url=url, service=service, hands=hands, key=key, reader=reader, shop=shop)


def test_a_reviewer_says_what_was_found(anna: Page, live: SimpleNamespace) -> None:
    anna.get_by_role("link", name="Review").click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Review queue")
    rows, closed = anna.locator("article"), anna.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(closed).to_have_count(0)
    expect(rows.first).to_contain_text("paid-a")
    expect(rows.first).to_contain_text("900.00 EUR")
    expect(rows.first).to_contain_text("place m0: known frauds of late")
    anna.get_by_role("button", name="Payment paid-a is fraud").click()
    expect(anna.get_by_role("status").first).to_contain_text("Noted as fraud")
    expect(rows).to_have_count(2)
    expect(closed.first).to_contain_text("paid-a")
    expect(closed.first).to_contain_text("Fraud")
    expect(closed.first).to_contain_text("anna")
    anna.goto("/queue?lang=zh")
    anna.get_by_role("button", name="付款 paid-b 正常").click()
    expect(rows).to_have_count(1)
    expect(closed.first).to_contain_text("正常")
    log = live.shop.log
    found = [row for row in log.names(log.next_offset - 4, log.next_offset).to_pylist() if row["kind"] == 23]
    assert [(row["ref"], row["fraud"]) for row in found] == [("paid-a", 1), ("paid-b", 0)]
    rows.get_by_role("link", name="paid-c").click()
    expect(anna.get_by_role("heading", level=1)).to_contain_text("fraud")
