"""Questions answered by a process of their own, a real one."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from evercart.commands.base import EVERCART
from evercart.errors import UserError
from evercart.serve.answering import apart
from evercart.serve.answering.apart import Apart
from evercart.serve.answering.question import Answering, Question, Said, Status
from evercart.serve.answering.stand_in import LOADING
from evercart.serve.answering.within import Within
from evercart.serve.problem import Conflict
from evercart.serve.settings import Settings
from evercart.serve.wire import Guessed, Listed
from evercart.shop import Shop

LIST = Question("recommend", "mine", {"session": "s"}, k=4, why=True)
NUMBER = Question("repurchase", "mine", {"user": "u1"})
PATIENT = Settings(deadline_ms=60_000)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the processes that were begun, newest last."""
    found: list[subprocess.Popen[bytes]] = []
    begin = apart._begun

    def kept(*given: Any) -> subprocess.Popen[bytes]:
        found.append(begin(*given))
        return found[-1]

    monkeypatch.setattr(apart, "_begun", kept)
    return found


def ran(answering: Answering, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        answering.start()
        try:
            return await asyncio.wait_for(work(answering), 100)
        finally:
            await answering.stop()

    return asyncio.run(run())


def own(shop: Shop, settings: Settings = PATIENT) -> Apart:
    words = (*EVERCART, "answer", "--shop", str(shop.folder))
    return Apart(words, shop.apps, settings, shop.clock.now_us)


async def ready(answering: Answering) -> None:
    while answering.status.at < 0:
        await asyncio.sleep(0.01)


def test_it_says_what_this_process_would_say(shop: Shop) -> None:
    stands = shop.log.names(0, 1).to_pylist()[0]["id"]
    wrong = Question("repurchase", "mine", {"session": "s"}), Question("recommend", stands, {}, named=True)

    async def work(answering: Answering) -> tuple[Said, Said, list[UserError], Status]:
        await ready(answering)
        errors = await asyncio.gather(*map(answering.ask, wrong), return_exceptions=True)
        return await answering.ask(LIST), await answering.ask(NUMBER), errors, answering.status

    here, there = ran(Within(shop, PATIENT), work), ran(own(shop), work)
    assert there[:2] == here[:2]
    assert len(msgspec.json.decode(there[0].json, type=Listed).items) == 4
    assert msgspec.json.decode(there[1].json, type=Guessed).model
    assert [(type(error), str(error)) for error in there[2]] == [
        (UserError, "decide repurchase.user: expected a value: whom the question is about, got 'none'"),
        (Conflict, f"id: expected one that is not in the log, got {stands!r}"),
    ]
    assert (there[3].at, there[3].live) == (here[3].at, here[3].live)


def test_one_that_is_killed_is_stood_in_for_until_it_is_back(
    shop: Shop, begun: list[subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    async def work(answering: Apart) -> list[Said]:
        await ready(answering)
        before = await answering.ask(LIST)
        begun[0].send_signal(signal.SIGSTOP)
        waits = asyncio.create_task(answering.ask(LIST))
        await asyncio.sleep(0)
        begun[0].kill()
        under_way = await waits
        away, number = await answering.ask(LIST), await answering.ask(NUMBER)
        await ready(answering)
        return [before, under_way, away, number, await answering.ask(LIST)]

    with caplog.at_level(logging.WARNING, "evercart.serve"):
        before, under_way, away, number, after = ran(own(shop), work)
    assert [one.fallback for one in (under_way, away, number, after)] == ["popular", "popular", "default", ""]
    assert under_way.json == away.json
    assert len(msgspec.json.decode(away.json, type=Listed).items) == 4
    assert after == before
    assert "the process that answers ended by -9; it starts again in 0.5 s" in caplog.messages
    assert len(begun) == 2


def test_one_that_is_too_slow_is_not_waited_for(shop: Shop, begun: list[subprocess.Popen[bytes]]) -> None:
    async def work(answering: Apart) -> list[Said]:
        await ready(answering)
        begun[0].send_signal(signal.SIGSTOP)
        late = await answering.ask(LIST)
        begun[0].send_signal(signal.SIGCONT)
        found = late
        while found.fallback:  # an answer that came too late is nobody else's
            found = await answering.ask(LIST)
        return [late, found]

    late, found = ran(own(shop, Settings(deadline_ms=100)), work)
    assert (late.fallback, found.fallback) == ("popular", "")
    assert msgspec.json.decode(late.json, type=Listed).model == ""


def test_before_it_is_loaded_there_are_defaults(shop: Shop) -> None:
    async def work(answering: Apart) -> list[Said]:
        return [await answering.ask(LIST), await answering.ask(NUMBER)]

    listed, number = ran(own(shop, Settings(defaults={"repurchase": 0.25})), work)
    assert msgspec.json.decode(listed.json, type=Listed).empty == LOADING
    assert msgspec.json.decode(number.json, type=Guessed).guess == 0.25


def test_one_that_cannot_start_is_tried_again(shop: Shop, begun: list[subprocess.Popen[bytes]]) -> None:
    async def work(answering: Apart) -> str:
        while len(begun) < 2:
            await asyncio.sleep(0.01)
        return (await answering.ask(NUMBER)).fallback

    assert ran(Apart(("false",), shop.apps, PATIENT, shop.clock.now_us), work) == "default"


def test_it_leaves_no_process_behind_whenever_it_is_stopped(shop: Shop, begun: list[subprocess.Popen[bytes]]) -> None:
    """Stopped while the end of a process waits for a thread, it waits for that end still."""
    free, asked = threading.Event(), []

    class Busy(ThreadPoolExecutor):
        def submit(self, *given: Any) -> Any:
            asked.append(given)
            return super().submit(*given)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Busy(1))
        loop.run_in_executor(None, free.wait)
        answering = Apart(("false",), shop.apps, PATIENT, shop.clock.now_us)
        answering.start()
        while len(asked) < 2:
            await asyncio.sleep(0.01)
        await answering.stop()
        free.set()

    asyncio.run(run())
    assert [process.returncode is not None for process in begun] == [True]
