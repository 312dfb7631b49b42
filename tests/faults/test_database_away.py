"""A log database that is away for a while, under a service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from evercart import Shop
from evercart.client import Client
from evercart.testing.postgres import PrivateServer
from evercart.testing.serving import served


def _event(number: int) -> dict[str, object]:
    us = 1_700_000_000_000_000 + number
    return {"id": f"e{number}", "kind": "view", "item": "i1", "user": "u1", "event_us": us}


@pytest.mark.parametrize("away_s", [1.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_while_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away_s: float
) -> None:
    with PrivateServer({"fsync": "off"}) as database:
        monkeypatch.setenv("EVERCART_LOG_AWAY", database.url("away"))
        with Shop.open(tmp_path / "shop", create=True, log="env:EVERCART_LOG_AWAY") as shop, served(shop) as url:
            sent, refused = _sent_while_away(url, database, away_s)
            assert httpx.get(f"{url}/healthz").status_code == 200
            assert refused  # else it was never away
            assert all(status == 503 for status in refused)
            with Client(url, timeout_s=30) as site:  # what no answer came for is sent again
                for number in range(sent):
                    site.event(**_event(number))  # type: ignore[arg-type]
                site.flush()
        with Shop.open(tmp_path / "shop") as shop:
            ids = [name for name in shop.log.names(0, shop.log.next_offset)["id"].to_pylist() if name]
    assert sorted(ids) == sorted(f"e{number}" for number in range(sent))


def _sent_while_away(url: str, database: PrivateServer, away_s: float) -> tuple[int, list[int]]:
    """Send an event at a time while the database crashes, comes back; return how many, with what failed."""
    stop, failed, sent, good = threading.Event(), list[int](), [0], [0]

    def send() -> None:
        with httpx.Client(base_url=url, timeout=30) as site:
            while not stop.is_set():
                answer = site.post("/v1/events", json=_event(sent[0]))
                sent[0] += 1
                if answer.status_code == 200:
                    good[0] += 1
                else:
                    failed.append(answer.status_code)
                    time.sleep(0.05)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        _until(lambda: good[0] > 3)
        database.stop("immediate")
        _until(lambda: bool(failed))
        time.sleep(away_s)
        database.start()
        before = good[0]
        _until(lambda: good[0] > before + 3)
    finally:
        stop.set()
        thread.join()
    return sent[0], failed


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)
