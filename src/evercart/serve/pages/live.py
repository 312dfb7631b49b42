"""Live: what moves on the pages, sent as it moves to everyone who looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from evercart.errors import expected
from evercart.serve.pages.kept import per_service
from evercart.serve.pages.language import Words
from evercart.serve.pages.page import HEADERS, Page, Visit
from evercart.serve.problem import Busy, Unknown

if TYPE_CHECKING:
    from evercart.serve.service import Service

_LOG: Final = logging.getLogger("evercart.serve")
EVERY_S: Final = 1.0
BEAT_S: Final = 15.0  # after which a line goes out though nothing moved, so that proxies keep the connection
LONGEST_S: Final = 600.0
MOST: Final = 500  # who may look at once
_WAITING: Final = 4  # news that may wait for a slow browser: older ones are passed over


class News(msgspec.Struct):
    """What a page shows by now, by the names of its places.

    text      of `data-live`
    tone      a class of `data-tone`, such as "better"
    shown     whether `data-shown` is
    points    of the lines `data-points`
    """

    text: dict[str, str] = {}
    tone: dict[str, str] = {}
    shown: dict[str, bool] = {}
    points: dict[str, str] = {}


Topic = Callable[["Service", Words], News]  # blocks; called in a thread
TOPICS: Final[dict[str, Topic]] = {}


@dataclass(eq=False)
class _Client:
    """Someone who looks."""

    topic: str
    words: Words
    waiting: asyncio.Queue[bytes]


class Live:
    """Everyone who looks at a page that moves; one task makes the news for all of them while there are any."""

    def __init__(self, service: Service, every_s: float = EVERY_S, beat_s: float = BEAT_S) -> None:
        self._service, self._every_s, self._beat_s = service, every_s, beat_s
        self._clients: set[_Client] = set()
        self._task: asyncio.Task[None] | None = None
        self._now_s = service.shop.clock.wall_s

    def __len__(self) -> int:
        return len(self._clients)

    async def stream(self, topic: str, words: Words) -> AsyncIterator[bytes]:
        """Hand out news of a topic in a language until the browser goes, or the server hangs up.

        After a while it ends: the browser asks again, so that who may no longer look is told.
        """
        client = _Client(topic, words, asyncio.Queue(_WAITING))
        self._clients.add(client)
        try:
            first = await self._news(topic, words)
            self._begin()
            yield b"retry: 2000\n\n" + (first or b"")
            until_s = self._now_s() + LONGEST_S
            while self._now_s() < until_s:
                try:
                    said = await asyncio.wait_for(client.waiting.get(), self._beat_s)
                except TimeoutError:
                    said = b": still here\n\n"
                yield said
        finally:
            self._clients.discard(client)

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        """Make news for all who look, until nobody does."""
        told: dict[tuple[str, str], bytes] = {}
        while self._clients:
            await asyncio.sleep(self._every_s)
            for topic, words in {(client.topic, client.words.code): client.words for client in self._clients}.items():
                said = await self._news(topic[0], words)
                if said is not None and told.get(topic) != said:
                    told[topic] = said
                    for client in [one for one in self._clients if (one.topic, one.words.code) == topic]:
                        _put(client, said)

    async def _news(self, topic: str, words: Words) -> bytes | None:
        try:
            news = await run_in_threadpool(TOPICS[topic], self._service, words)
        except Exception:
            _LOG.exception("news of %s", topic)  # the next second may do better
            return None
        return b"event: news\ndata: " + msgspec.json.encode(news) + b"\n\n"


def _put(client: _Client, said: bytes) -> None:
    if client.waiting.full():
        client.waiting.get_nowait()
    client.waiting.put_nowait(said)


live_of = per_service(Live)


async def _live(visit: Visit) -> Response:
    topic = visit.asked("topic")
    if topic not in TOPICS:
        raise Unknown(expected("topic", "one of " + " ".join(sorted(TOPICS)), topic))
    live = live_of(visit.service)
    if len(live) >= MOST:
        raise Busy(expected("live", f"at most {MOST} who look at once", len(live)))
    headers = HEADERS | {"x-accel-buffering": "no"}
    return StreamingResponse(live.stream(topic, visit.words), headers=headers, media_type="text/event-stream")


PAGES: Final = (Page("GET", "/live", "read", _live),)
