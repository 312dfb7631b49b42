"""Rows of the quarantine enter once they are mended; who did it is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart import UserError
from evercart.events.schema import table_of as rows
from evercart.serve.mending import mend
from evercart.serve.service import Service
from evercart.serve.wire import Retried
from evercart.shop import Shop
from evercart.testing.living import Hands, spoil


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    hands = Hands()
    with Shop.open(tmp_path / "shop", create=True, clock=hands.clock) as shop:
        shop.log.append(rows([{"id": "v", "kind": 1, "item": "i", "event_us": hands.us}]), hands.us)
        spoil(shop, hands.us)
        yield Service(shop)


def sent(service: Service, numbers: list[int] | None, **edits: str | None) -> Retried:
    return asyncio.run(mend(service, numbers, edits, "anna"))


def test_what_is_mended_enters(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "evercart.serve")
    before = service.shop.log.next_offset
    assert sent(service, [1], amount="1250", currency="EUR") == Retried(1, [])
    row = service.shop.log.names(before, before + 1).to_pylist()[0]
    assert (row["id"], row["amount"], row["currency"]) == ("spoiled-1", 1250, "EUR")
    assert caplog.messages == ["quarantine: 1 sent again by anna, changing amount currency: 1 entered"]
    assert sent(service, [1], amount="9") == Retried(0, [])  # it entered once


def test_what_is_still_wrong_stays(service: Service) -> None:
    done = sent(service, [1], amount="12,50")
    assert done.entered == 0
    assert [one.error for one in done.refused] == ["amount: expected an integer, got '12,50'"]
    assert service.shop.quarantine.show(1).sent is False


def test_all_may_be_sent_at_once(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "evercart.serve")
    done = sent(service, None)
    assert (done.entered, len(done.refused)) == (0, 4)
    assert caplog.messages == ["quarantine: all sent again by anna, changing nothing: 0 entered"]


def test_a_field_that_no_event_has(service: Service) -> None:
    with pytest.raises(UserError, match="quarantine: expected one of the fields"):
        sent(service, [1], colour="red")
