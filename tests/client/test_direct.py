"""The client for code that waits, against real servers that fail."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from evercart.client import Client, Failed, Full, Refused, Unreachable
from evercart.clock import Clock
from evercart.serve.reply import Reply
from evercart.serve.wire import Listed, RefusedEvent, Shown, Taken
from evercart.testing.scripted import Request, Scripted, busy, hangs_up, no
from evercart.testing.serving import listening

NOW_US = 1_772_443_800_000_000
LISTED = Listed("d1", "recommend", [Shown("i1", 0.5, 1, 1.0)], "continual", "r", 1.0, 9, True)


def _soon(holds: Callable[[], Any]) -> None:
    """Wait until something holds."""
    until_s = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until_s
        time.sleep(0.005)


def _refuses(request: Request) -> Reply:
    refused = RefusedEvent(1, "item", "a value", "null", "item: expected a value, got null")
    return Reply.json(Taken(len(request.events) - 1, 0, [refused], 1))


def _sent(app: Scripted) -> list[str]:
    return [event["id"] for request in app.came for event in request.events]


def test_events_sent_at_once_are_answered_for() -> None:
    app = Scripted()
    with listening(app) as url, Client(url, key="secret", clock=Clock(now_us=lambda: NOW_US)) as client:
        taken = client.send([{"kind": "view", "user": "u1", "item": "i1"}, {"kind": "view", "id": "own", "item": "i1"}])
    assert taken.accepted == 2
    first, second = app.came[0].events
    assert (len(first["id"]), first["event_us"], first["user"]) == (32, NOW_US, "u1")
    assert second["id"] == "own"
    assert app.came[0].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("fails", [busy(), busy(429), hangs_up], ids=["busy", "too many", "hangs up"])
def test_a_resend_bears_the_same_ids(fails: Any) -> None:
    app = Scripted([fails, fails])
    with listening(app) as url, Client(url) as client:
        assert client.send([{"kind": "view", "item": "i1"}]).accepted == 1
    assert len(app.came) == 3
    assert len({request.body for request in app.came}) == 1


def test_a_no_is_raised_with_the_services_words() -> None:
    app = Scripted(always=no(400))
    with listening(app) as url, Client(url) as client, pytest.raises(Refused) as caught:
        client.send([{"kind": "view", "item": "i1"}])
    assert str(caught.value) == "body: expected JSON, got 'x'"
    assert (caught.value.status, caught.value.request, len(app.came)) == (400, "r1", 1)


def test_nobody_there_is_told() -> None:
    with listening(Scripted()) as url:
        pass
    client = Client(url, retries=1)
    with pytest.raises(Unreachable, match=r"^POST /v1/events: no answer in 2 tries: ConnectError: "):
        client.send([{"kind": "view", "item": "i1"}])
    client.close()


def test_the_time_limit_holds_for_an_answer_that_never_ends() -> None:
    async def drips(scope: Any, receive: Any, send: Any) -> None:
        import asyncio

        if scope["type"] == "lifespan":
            await Scripted()(scope, receive, send)
            return
        await receive()  # the whole request; what comes next is that nobody listens any more
        gone = asyncio.create_task(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not gone.done():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.05)

    with listening(drips) as url, Client(url, timeout_s=0.3, retries=3) as client:
        begun_s = time.monotonic()
        with pytest.raises(Unreachable, match=r"^GET /v1/apps: no answer in 1 try: the answer took too long$"):
            client.apps()
        assert time.monotonic() - begun_s < 10


def test_buffered_events_are_sent_when_a_batch_is_full() -> None:
    app = Scripted()
    with listening(app) as url, Client(url, batch=3, age_s=3600) as client:
        ids = [client.event("view", item=f"i{number}") for number in range(4)]
        _soon(lambda: client.waiting == 0)
        assert _sent(app)[:3] == ids[:3]
    assert _sent(app) == ids


def test_buffered_events_are_sent_when_they_are_old_enough() -> None:
    app = Scripted()
    with listening(app) as url, Client(url, age_s=0.01) as client:
        sent = client.event("view", item="i1")
        _soon(lambda: app.came and client.waiting == 0)
    assert _sent(app) == [sent]


def test_flush_waits_until_all_are_in_the_log() -> None:
    app = Scripted([hangs_up])
    with listening(app) as url, Client(url, batch=2, age_s=3600) as client:
        ids = [client.outcome("d1", value=1.0, id=f"o{number}") for number in range(5)]
        client.flush()
        assert client.waiting == 0
        assert sorted(set(_sent(app))) == ids
        assert app.came[-1].events[0] | {"event_us": 0} == {
            **{"kind": "outcome", "ref": "d1", "value": 1.0, "id": "o4"},
            "event_us": 0,
        }


def test_events_wait_while_the_service_is_away_then_all_arrive() -> None:
    told: list[str] = []
    app = Scripted([busy(503, "600"), busy(503, "600")])
    with listening(app) as url, Client(url, age_s=0.01, told=told.append, timeout_s=1) as client:
        ids = [client.event("view", item="i1")]
        _soon(lambda: told)
        ids.append(client.event("view", item="i2"))
        _soon(lambda: client.waiting == 0)
    assert told == ["1 events wait: queue: full"]
    assert list(dict.fromkeys(_sent(app))) == ids


def test_a_batch_that_is_refused_is_told_then_raised() -> None:
    told: list[str] = []
    with listening(Scripted([no(403)])) as url, Client(url, age_s=0.01, told=told.append) as client:
        client.event("view", item="i1")
        _soon(lambda: told)
        assert told == ["1 events were refused: body: expected JSON, got 'x'"]
        with pytest.raises(Refused):
            client.flush()
        assert client.flush() == Taken(0, 0, [], 0)


def test_events_that_did_not_enter_are_told() -> None:
    told: list[str] = []
    with listening(Scripted(always=_refuses)) as url, Client(url, told=told.append) as client:
        client.event("view")
        client.event("view", item="i1")
        assert len(client.flush().refused) == 1
    assert told == ["1 of 2 events were refused, first: item: expected a value, got null"]


def test_more_than_may_wait_is_an_error_not_a_loss() -> None:
    with listening(Scripted(always=busy(503, "600"))) as url:
        client = Client(url, batch=2, room=2, age_s=3600, told=lambda _: None)
        client.event("view", item="i1")
        client.event("view", item="i2")
        with pytest.raises(Full, match="expected at most 2 events that wait"):
            client.event("view", item="i3")
        with pytest.raises(Unreachable, match=r"^2 events were not sent: queue: full$"):
            client.close()


def test_an_error_inside_the_block_is_not_hidden_by_what_could_not_be_sent() -> None:
    told: list[str] = []
    with (
        listening(Scripted(always=no())) as url,
        pytest.raises(ZeroDivisionError),
        Client(url, told=told.append) as client,
    ):
        client.event("view", item="i1")
        _ = 1 // 0
    assert told == ["body: expected JSON, got 'x'"]


def test_a_closed_client_says_so() -> None:
    client = Client("http://127.0.0.1:9")
    client.close()
    client.close()
    for verb in (lambda: client.event("view", item="i1"), client.apps):
        with pytest.raises(Failed, match=r"^client: expected one that is open, got 'one that was closed'$"):
            verb()


def test_threads_may_share_one() -> None:
    app = Scripted()
    with listening(app) as url, Client(url, batch=50, age_s=0.01) as client:

        def send() -> None:
            for _ in range(200):
                client.event("view", item="i1")

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(_sent(app))) == len(_sent(app)) == 800


def test_what_is_forgotten_does_not_live_on() -> None:
    with listening(Scripted()) as url:
        client = Client(url, age_s=0.01)
        client.event("view", item="i1")
        thread = client._thread
        assert thread is not None
        client.flush()
        del client
        gc.collect()
        thread.join(20)
        assert not thread.is_alive()


def test_what_waits_is_sent_when_the_process_ends() -> None:
    app = Scripted()
    with listening(app) as url:
        code = f"from evercart import Client; c = Client({url!r}, age_s=3600); c.event('view', item='i1', id='last')"
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert _sent(app) == ["last"]


def test_a_list_is_asked_for() -> None:
    app = Scripted(always=lambda _: Reply.json(LISTED))
    with listening(app) as url, Client(url) as client:
        assert client.recommend(user="u 1", k=5) == LISTED
        assert client.similar("a/b").items[0].item == "i1"
    assert app.came[0].path == "/v1/recommend"
    assert "user=u+1&k=5" in app.came[0].query
    assert app.came[1].path == "/v1/similar/a/b"
