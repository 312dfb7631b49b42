"""The log's files stay short."""

from __future__ import annotations

import asyncio
import logging

import pyarrow as pa
import pytest

from evercart.errors import Passing
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.log import open_log
from evercart.log.deferred import Deferred
from evercart.serve import tidying
from evercart.serve.tidying import Tidying

KEY, NOW_US = 7, 1_700_000_000_000_000
AWAY = "log: expected a disk that works, got 'Input/output error'"


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(tidying, "_EVERY_S", 0.01)


def views(first, count):
    names = [f"e{first + n}" for n in range(count)]
    kinds = pa.array([number("view")] * count, pa.int16())
    return conform(pa.table({"id": names, "kind": kinds, "event_us": [NOW_US] * count}))


def ran(folder, work):
    log, deferred = open_log(folder, KEY), Deferred(folder)

    async def run():
        one = Tidying(deferred, open_log(folder, KEY, tail_rows=100))
        one.start()
        try:
            return await asyncio.wait_for(work(log, deferred), 20)
        finally:
            await one.stop()

    try:
        return asyncio.run(run())
    finally:
        deferred.close()
        log.close()


async def until(holds):
    while not holds():
        await asyncio.sleep(0.01)


def test_live_rows_are_sealed_once_they_are_many(tmp_path):
    async def work(log, deferred):
        log.append(views(0, 80), NOW_US)
        await asyncio.sleep(0.1)
        before = len(list((tmp_path / "log" / "segments").iterdir()))
        log.append(views(80, 80), NOW_US)
        await until(lambda: list((tmp_path / "log" / "segments").glob("*.parquet")))
        return before, log.names(0, 161)["id"].to_pylist()[1:]

    before, names = ran(tmp_path / "log", work)
    assert before == 0
    assert names == [f"e{n}" for n in range(160)]


def test_a_log_that_is_away_is_told_of_then_all_goes_on(tmp_path, monkeypatch, caplog):
    checkpoint, fails = Deferred.checkpoint, [1]

    def failing(self):
        if fails:
            fails.pop()
            raise Passing(AWAY)
        checkpoint(self)

    monkeypatch.setattr(Deferred, "checkpoint", failing)

    async def work(log, deferred):
        log.append(views(0, 200), NOW_US)
        await until(lambda: list((tmp_path / "log" / "segments").glob("*.parquet")))

    with caplog.at_level(logging.WARNING):
        ran(tmp_path / "log", work)
    assert f"files of the log: {AWAY}" in caplog.text
