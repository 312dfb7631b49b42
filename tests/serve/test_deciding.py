"""Decisions that the event loop logs by itself."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from evercart.clock import Clock
from evercart.events.kinds import number
from evercart.log.deferred import Deferred
from evercart.serve.deciding import Deciding
from evercart.shop import Shop

NOW_US = 1_700_000_000_000_000


class Slow(Deferred):
    """A log whose syncs wait until they are let go."""

    def __init__(self, folder):
        super().__init__(folder)
        self.free, self.added, self.synced = threading.Event(), [], 0

    def add(self, rows, now_us):
        found = super().add(rows, now_us)
        if found is not None:
            self.added.append(len(rows))
        return found

    def sync(self):
        assert self.free.wait(10)
        super().sync()
        self.synced += 1


@pytest.fixture
def shop(tmp_path):
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def ran(shop, work, most=100):
    told = []

    async def run():
        log = Slow(shop.folder / "log")
        one = Deciding(log, most, lambda *said: told.append((said[0], said[1], said[3])), Clock(now_us=lambda: NOW_US))
        one.start()
        try:
            return await asyncio.wait_for(work(one, log), 20)
        finally:
            log.free.set()
            await one.stop()
            log.close()

    return asyncio.run(run()), told


def row(id):
    return {"id": id, "kind": number("decision"), "event_us": NOW_US}


def test_what_is_decided_during_a_sync_shares_the_next(shop):
    async def work(one, log):
        first = one.decide(row("a"))
        while not log.added:
            await asyncio.sleep(0.001)
        rest = [one.decide(row(id)) for id in "bcd"]
        await asyncio.sleep(0.02)
        waits = first.done()
        log.free.set()
        return waits, await asyncio.gather(first, *rest), log.added, log.synced

    (waits, found, added, synced), told = ran(shop, work)
    assert (waits, found, added, synced) == (False, [""] * 4, [1, 3], 2)
    assert told == [(1, 0, 1), (3, 0, 4)]
    assert shop.log.names(0, 4)["id"].to_pylist() == ["a", "b", "c", "d"]


def test_what_finds_no_room_is_counted(shop):
    async def work(one, log):
        waits = [one.decide(row(id)) for id in "abc"]
        log.free.set()
        return await asyncio.gather(*waits), one.dropped

    assert ran(shop, work, most=2)[0] == (["", "", "no room"], 1)


def test_somebody_else_may_be_writing(shop):
    async def work(one, log):
        log.free.set()
        other = sqlite3.connect(shop.folder / "log" / "log.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waits = one.decide(row("a"))
        await asyncio.sleep(0.05)
        early = waits.done()
        other.execute("COMMIT")
        other.close()
        return early, await waits

    assert ran(shop, work)[0] == (False, "")


def test_a_row_that_cannot_be_written_is_told_of_then_all_goes_on(shop):
    async def work(one, log):
        log.free.set()
        return await one.decide(row("a") | {"user": "\ud800"}), await one.decide(row("b"))

    (why, then), _ = ran(shop, work)
    assert "surrogates not allowed" in why
    assert then == ""


def test_stopping_logs_what_waits(shop):
    async def work(one, log):
        return [one.decide(row("a")), one.decide(row("b"))]

    waits, _ = ran(shop, work)
    assert [one.result() for one in waits] == ["", ""]
    assert shop.log.next_offset == 2
