"""A disk that is full for a while, under a service."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from evercart import Shop
from evercart.testing.disks import Failing
from evercart.testing.serving import served


class Full(Failing):
    """A disk that has no room, or breaks, as long as `full` says so."""

    full = False

    def due(self) -> bool:
        return self.full


def _events(first: int, count: int = 10) -> list[dict[str, Any]]:
    return [
        {"id": f"e{number}", "kind": "view", "item": "i1", "user": "u1", "event_us": 1_700_000_000_000_000 + number}
        for number in range(first, first + count)
    ]


@contextmanager
def _served(folder: Path, disk: Full) -> Iterator[tuple[Shop, httpx.Client]]:
    with (
        disk.failing(),
        Shop.open(folder, create=True) as shop,
        served(shop) as url,
        httpx.Client(base_url=url) as site,
    ):
        yield shop, site


def _ids(folder: Path) -> list[str]:
    with Shop.open(folder) as shop:
        assert shop.log.verify() == []
        return [name for name in shop.log.names(0, shop.log.next_offset)["id"].to_pylist() if name]


@pytest.mark.parametrize(
    ("number", "rule"), [(errno.ENOSPC, "room on the disk"), (errno.EIO, "a disk that works")], ids=["full", "broken"]
)
def test_a_disk_that_fails_is_told_then_all_goes_on(tmp_path: Path, number: int, rule: str) -> None:
    disk = Full(number=number)
    with _served(tmp_path / "shop", disk) as (_, site):
        assert site.post("/v1/events", json=_events(0)).json()["accepted"] == 10
        disk.full = True
        for _ in range(5):
            answer = site.post("/v1/events", json=_events(10))
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            assert f"expected {rule}, got" in answer.json()["error"]
        assert site.get("/healthz").status_code == 200
        disk.full = False
        said = site.post("/v1/events", json=_events(10)).json()
        assert (said["accepted"], said["duplicates"]) == (10, 0)
        assert site.post("/v1/events", json=_events(0, 20)).json()["duplicates"] == 20
    assert _ids(tmp_path / "shop") == [f"e{place}" for place in range(20)]


def test_answers_go_out_unconfirmed_while_the_disk_is_full(tmp_path: Path) -> None:
    disk = Full()
    with _served(tmp_path / "shop", disk) as (_, site):
        asked: dict[str, Any] = {"url": "/v1/repurchase/decide", "json": {"user": "u1"}}
        first = _confirmed(site, asked)
        disk.full = True
        for _ in range(5):
            answer = site.post(**asked)
            assert (answer.status_code, answer.json()["confirmed"]) == (200, False)
        disk.full = False
        last = _confirmed(site, asked)
    assert {first, last} <= set(_ids(tmp_path / "shop"))


def _confirmed(site: httpx.Client, asked: dict[str, Any]) -> str:
    """Return the first decision that is in the log by the time it is answered: a busy machine may miss 5 ms."""
    said = (site.post(**asked).json() for _ in range(200))
    return next(str(one["decision"]) for one in said if one["confirmed"])


def test_what_may_not_enter_is_not_lost_either(tmp_path: Path) -> None:
    """A refused row whose place in quarantine finds no room is told to come again, not acknowledged."""
    disk, wrong = Full(), [{"id": "e1", "kind": "view", "event_us": 1}]
    with _served(tmp_path / "shop", disk) as (shop, site):
        disk.full = True
        assert site.post("/v1/events", json=wrong).status_code == 503
        disk.full = False
        assert len(site.post("/v1/events", json=wrong).json()["refused"]) == 1
        assert sum(shop.quarantine.counts().values()) == 1
