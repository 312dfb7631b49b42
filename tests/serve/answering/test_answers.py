"""What an answer waits for; the rest is asked over HTTP in api/test_answers.py."""

from __future__ import annotations

import asyncio
import time

import msgspec
import pyarrow as pa
import pytest

from evercart.log.deferred import Deferred
from evercart.serve.problem import Unknown
from evercart.serve.wire import Listed


def test_an_answer_does_not_wait_longer_for_its_commit(shop, ask, monkeypatch):
    sync = Deferred.sync

    def slow(self):
        time.sleep(0.2)
        sync(self)

    async def work(service, client):
        with monkeypatch.context() as patched:
            patched.setattr(Deferred, "sync", slow)
            said = listed(await service.answers.items("recommend", {"session": "s"}, 3))
            unconfirmed = service.metrics.unconfirmed
            while service.intake.log.find(ids(said.decision))[0] < 0:
                await asyncio.sleep(0.01)
        return said, unconfirmed

    said, unconfirmed = ask(shop, work, wait_ms=5)
    assert (said.confirmed, len(said.items), unconfirmed) == (False, 3, 1)


def listed(said):
    return msgspec.json.decode(said, type=Listed)


def ids(*names):
    return pa.chunked_array([list(names)])


def test_too_much_to_take_in_is_answered_by_what_is_popular(shop, ask):
    async def work(service, client):
        history = pa.concat_tables([shop.log.names(0, 1_000).drop_columns(["offset", "logged_us"])] * 5)
        again = history.set_column(history.column_names.index("id"), "id", [[f"mine-{n}" for n in range(5_000)]])
        shop.log.append(again, shop.log.last_us + 1)
        service.answering.committed(5_001, 5_001, shop.log.next_offset)
        behind = listed(await service.answers.items("recommend", {"session": "s"}, 3))
        while not service.answering.keeping.level("recommend"):
            await asyncio.sleep(0)
        return behind, listed(await service.answers.items("recommend", {"session": "s"}, 3))

    behind, level = ask(shop, work)
    assert (behind.fallback, behind.model, len(behind.items)) == ("popular", "", 3)
    assert (level.fallback, len(level.items)) == ("", 3)


def test_an_app_that_is_none(shop, ask):
    async def work(service, client):
        with pytest.raises(Unknown) as error:
            await service.answers.items("nope", {})
        return str(error.value)

    assert ask(shop, work) == "app: expected one of repurchase spend recommend, got 'nope'"
