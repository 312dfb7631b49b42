"""Core: what both clients are, but for how they send, how they wait."""

from __future__ import annotations

import secrets
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import httpx

from evercart.client.asks import Ask, T
from evercart.client.buffer import Batching, Buffer
from evercart.client.events import Event, completed
from evercart.client.failures import Failed, Refused, Unreachable
from evercart.client.tries import LATER, Lost, Patience, Steps, tries
from evercart.clock import Clock
from evercart.errors import expected, loudly, require
from evercart.serve.wire import Taken

URL: Final = "http://127.0.0.1:8321"
_JSON: Final = {"content-type": "application/json"}
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Core(ABC):
    """The part that both clients share.

    url          of the service
    key          with the scopes that are needed; None for a shop without keys
    timeout_s    for one request with all its tries
    retries      further tries after a broken connection, after "come back later"; never after any other "no"
    batch        events that are sent together, at most
    age_s        that an event waits for others, at most
    room         events that may wait, at most
    told         hears what goes wrong in the background: events that were refused, a service that is away
    clock        of the events
    """

    def __init__(
        self,
        url: str = URL,
        key: str | None = None,
        *,
        timeout_s: float = 10.0,
        retries: int = 5,
        batch: int = 500,
        age_s: float = 1.0,
        room: int = 50_000,
        told: Callable[[str], None] = loudly,
        clock: Clock | None = None,
    ) -> None:
        where = httpx.URL(url)
        require(where.scheme in ("http", "https") and bool(where.host), "client.url", "http://… or https://…", url)
        right = key is None or (key.isascii() and key.isprintable() and " " not in key and key != "")
        require(right, "client.key", "a key as `evercart key create` printed it", "something else")
        self.url = url.rstrip("/")
        self._key = key
        self._patience = Patience(timeout_s, retries)
        self._buffer = Buffer(Batching(batch, age_s, room))
        self._told = told
        self._clock = clock or Clock()
        self._failure: Failed | None = None  # of a batch that was sent in the background
        self._away = False  # whether the service could not be reached of late
        self._open()

    @abstractmethod
    def _open(self) -> None:
        """Get ready to send."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    @property
    def waiting(self) -> int:
        """Return how many events are not yet acknowledged."""
        return len(self._buffer)

    def _options(self) -> dict[str, Any]:
        """Return what httpx is made with; addresses without TLS need no certificates, which take long to read."""
        headers = {"accept": "application/json", "user-agent": "evercart"}
        if self._key is not None:
            headers["authorization"] = f"Bearer {self._key}"
        return {"headers": headers, "verify": self.url.startswith("https"), "timeout": self._patience.total_s}

    def _request(self, ask: Ask[Any]) -> dict[str, Any]:
        headers = _JSON if ask.body is not None else {}
        return {"method": ask.method, "url": self.url + ask.path, "content": ask.body, "headers": headers}

    def _steps(self, ask: Ask[T]) -> Steps[T]:
        return tries(ask, self._patience, self._clock.wall_s, lambda: secrets.randbelow(1 << 30) / (1 << 30))

    def _completed(self, event: Mapping[str, Any]) -> Event:
        return completed(event, new_id(), self._clock.now_us())

    def _all_completed(self, events: Iterable[Mapping[str, Any]]) -> list[Event]:
        return [self._completed(event) for event in events]

    def _add(self, kind: str, fields: Mapping[str, Any]) -> str:
        """Let an event wait; return its id."""
        event = self._completed({"kind": kind, **fields})
        self._buffer.add(event)
        return str(event["id"])

    def _kept(self, batch: list[Event], failure: BaseException) -> None:
        """Let a batch that failed wait again, unless the service will never have it."""
        (self._buffer.back if waits(failure) else self._buffer.done)(batch)

    def _taken(self, batch: list[Event], taken: Taken) -> Taken:
        """Forget a batch that was acknowledged; tell of the events in it that did not enter."""
        self._buffer.done(batch)
        self._away = False
        if taken.refused:
            self._told(f"{len(taken.refused):,} of {len(batch):,} events were refused, first: {taken.refused[0].error}")
        return taken

    def _tell(self, batch: list[Event], failure: Failed) -> None:
        """Tell what went wrong in the background; `flush` raises it where events were lost."""
        if not waits(failure):
            self._failure = failure
            self._told(f"{len(batch):,} events were refused: {failure}")
        elif not self._away:
            self._away = True
            self._told(f"{self.waiting:,} events wait: {failure}")

    def _raise_failure(self) -> None:
        """Raise what went wrong in the background since it was last asked for."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _left(self, failure: Failed) -> Failed:
        """Return what a client says that ends with events unsent."""
        return Unreachable(f"{self.waiting:,} events were not sent: {failure}") if self.waiting else failure


def new_id() -> str:
    """Return a name that nothing else has.

    >>> len(new_id())
    32
    """
    return uuid.uuid4().hex


def waits(failure: BaseException) -> bool:
    """Return whether what failed may succeed later.

    >>> waits(Refused("no", 400)), waits(Refused("not now", 503))
    (False, True)
    """
    return not isinstance(failure, Refused) or failure.status in LATER


def lost(error: httpx.TransportError) -> Lost:
    """Return why nothing came back.

    >>> lost(httpx.ConnectError("refused"))
    Lost(why='ConnectError: refused', reached=False)
    """
    text = f"{type(error).__name__}: {error}".rstrip(": ")
    return Lost(text, not isinstance(error, _NEVER_SENT))


def summed(parts: Iterable[Taken]) -> Taken:
    """Return what became of the events of several requests, rows counted on."""
    total = Taken(0, 0, [], 0)
    for part in parts:
        total.accepted += part.accepted
        total.duplicates += part.duplicates
        total.refused += part.refused
        total.orphans += part.orphans
        total.next_offset = max(total.next_offset, part.next_offset)
    return total


def closed() -> Failed:
    """Return what a client says that was closed."""
    return Failed(expected("client", "one that is open", "one that was closed"))
