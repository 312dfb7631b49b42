"""Whatever waits goes into one commit."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from evercart.errors import UserError
from evercart.events.kinds import number
from evercart.serve.commit import Commit
from evercart.serve.intake import Intake
from evercart.serve.problem import Busy, TooMany
from evercart.serve.sent import Sent
from evercart.shop import Shop

NOW_US = 1_700_000_000_000_000


def sent(*names: str) -> Sent:
    rows = [{"kind": "view", "id": name, "event_us": NOW_US, "item": "x"} for name in names]
    return Sent(list(enumerate(rows, 1)), None, len(rows))


class Held:
    """A commit that waits until it is let go."""

    def __init__(self, commit: Commit) -> None:
        self.commit, self.log, self.free, self.sizes = commit, commit.log, threading.Event(), []

    def __call__(self, taking, deciding):
        self.free.wait(10)
        self.sizes.append((len(taking), len(deciding)))
        return self.commit(taking, deciding)


@pytest.fixture
def held(tmp_path):
    with Shop.open(tmp_path / "shop", create=True) as shop:
        yield Held(Commit(shop.log, shop.quarantine, lambda: NOW_US))


def ran(work):
    return asyncio.run(asyncio.wait_for(work, 20))


def intake(commit, most=100, told=None):
    return Intake(commit, most, told or (lambda rows, events, seconds, at: None), time.monotonic)


def test_what_comes_meanwhile_shares_the_next_commit(held):
    async def work():
        told = []
        one = intake(held, told=lambda rows, events, seconds, at: told.append((rows, events, at)))
        one.start()
        first = one.take(sent("a"))
        while one.waiting:
            await asyncio.sleep(0.001)
        rest = [
            one.take(sent("b", "c")),
            one.take(sent("d")),
            one.decide({"id": "e", "kind": number("decision"), "event_us": 1}),
        ]
        held.free.set()
        found = await asyncio.gather(first, *rest)
        await one.stop()
        return found, told

    found, told = ran(work())
    assert [one.accepted for one in found[:3]] == [1, 2, 1]
    assert found[3] == ""
    assert held.sizes == [(1, 0), (2, 1)]
    assert told == [(1, 1, 2), (4, 3, 6)]


def test_too_many_that_wait_are_told_to_come_back(held):
    async def work():
        one = intake(held, most=3)
        one.start()
        one.take(sent("a"))
        while one.waiting:
            await asyncio.sleep(0.001)
        kept = one.take(sent("b", "c"))
        with pytest.raises(TooMany) as error:
            one.take(sent("d", "e"))
        held.free.set()
        await kept
        await one.stop()
        return error.value

    error = ran(work())
    assert str(error) == "events: expected at most 3 that wait, got '4'"
    assert (error.status, error.retry_s) == (429, 1.0)


def test_a_log_that_takes_nothing_is_told_then_gone_on(held, monkeypatch):

    async def work():
        one = intake(held)
        one.start()
        held.free.set()
        with monkeypatch.context() as patched:

            def append(*given, **named):
                text = "log: expected room to write, got 'No space left on device'"
                raise UserError(text)

            patched.setattr(held.log.__class__, "append", append)
            with pytest.raises(Busy, match="expected room to write"):
                await one.take(sent("a"))
            why = await one.decide({"id": "e", "kind": number("decision"), "event_us": 1})
        again = await one.take(sent("a"))
        await one.stop()
        return why, again

    why, again = ran(work())
    assert "No space left" in why
    assert again.accepted == 1


def test_stopping_commits_what_waits(held):
    async def work():
        one = intake(held)
        one.start()
        waits = [one.take(sent("a")), one.take(sent("b"))]
        held.free.set()
        await one.stop()
        with pytest.raises(Busy, match=r"^service: expected one that runs, got 'one that stops'$"):
            one.take(sent("c"))
        return [(await one).accepted for one in waits]

    assert ran(work()) == [1, 1]


def test_decisions_find_no_room_in_silence_but_counted(held):
    async def work():
        one = intake(held, most=1)
        one.start()
        row = {"kind": number("decision"), "event_us": 1}
        first = one.decide(row | {"id": "a"})
        while one._waiting.deciding:
            await asyncio.sleep(0.001)
        waits, lost = one.decide(row | {"id": "b"}), one.decide(row | {"id": "c"})
        held.free.set()
        found = [await first, await waits, await lost]
        await one.stop()
        return found, one.dropped

    assert ran(work()) == (["", "", "no room"], 1)
