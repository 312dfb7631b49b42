"""A learner whose log lies on a server that goes away goes on by itself once it is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from evercart.clock import Clock
from evercart.pulse import Pulse
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons
from evercart.testing.postgres import PrivateServer

APP = contested()


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateServer]:
    with PrivateServer({"fsync": "off", "shared_buffers": "16MB"}) as started:
        yield started


def test_the_server_is_away_for_a_while_then_back(
    server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERCART_LOG", server.url("away"))
    stop, pulses, told = Event(), list[Pulse](), list[str]()
    live = coupons(400)
    with (
        Shop.open(tmp_path / "shop", create=True, given=(APP,), log="env:EVERCART_LOG", told=told.append) as shop,
        Shop.open(tmp_path / "shop", given=(APP,)) as sender,
    ):
        sender.log.append(live.slice(0, 100), Clock().now_us())
        learner = Thread(target=shop.learn, args=(stop.is_set, pulses.append))
        learner.start()
        try:
            _until(lambda: bool(pulses) and pulses[-1].offset >= 101)
            server.stop("immediate")
            _until(lambda: pulses[-1].trouble != "")
            away = len(pulses)
            _until(lambda: len(pulses) >= away + 3)  # it says so while it lasts
            server.start()
            sender.log.append(live.slice(100, 100), Clock().now_us())
            end = sender.log.next_offset
            _until(lambda: pulses[-1].offset >= end and pulses[-1].trouble == "")
        finally:
            stop.set()
            learner.join()
        assert sender.status()["learned"] >= end
        rule = "expected a database server that answers and lets this user in"
        assert told
        assert all(rule in text and text.endswith("; to be tried again") for text in told)
        assert rule in pulses[away].trouble


def _until(due) -> None:
    clock = Clock()
    for _ in range(1200):
        if due():
            return
        clock.rest_s(0.05)
    pytest.fail("it never came")
