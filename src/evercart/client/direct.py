"""Direct: the client for code that waits."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

import httpx

from evercart.client import asks
from evercart.client.asks import Ask, T
from evercart.client.core import Core, closed, lost, new_id, summed, waits
from evercart.client.events import Event
from evercart.client.failures import Failed
from evercart.client.tries import Answer, Lost, Send
from evercart.serve.wire import (
    AppShown,
    Guessed,
    Listed,
    Moved,
    Profile,
    Quarantined,
    Report,
    Retried,
    Taken,
    VersionShown,
)

_OPEN: Final[weakref.WeakSet[Client]] = weakref.WeakSet()  # whose events may wait when the process ends


class Client(Core):
    """Talks to a shop's service; several threads may share one.

    Events are sent in batches, in the background; `flush`, or leaving the `with` block, waits for them.

    >>> with Client("http://127.0.0.1:8321") as client:
    ...     client.waiting
    0
    """

    def _open(self) -> None:
        self._http = httpx.Client(**self._options())
        weakref.finalize(self, self._http.close).atexit = False  # who forgets a client leaves no connection open
        self._sending = threading.Lock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except Failed as failure:
            if error is None:
                raise
            self._told(str(failure))

    def event(self, kind: str, **fields: Any) -> str:
        """Let an event wait for the next batch; return its id."""
        if self._closed.is_set():
            raise closed()
        id = self._add(kind, fields)
        if self._thread is None:
            self._begin()
        if self._buffer.full_batch or not self._buffer.batching.age_s:
            self._wake.set()
        return id

    def outcome(self, decision: str, value: float | None = None, **fields: Any) -> str:
        """Tell, with the next batch, what came of a decision; return the event's id."""
        return self.event("outcome", ref=decision, value=value, **fields)

    def send(self, events: Iterable[Mapping[str, Any]]) -> Taken:
        """Send events at once; return what became of each when they are in the log, durably."""
        return self._ask(asks.events(self._all_completed(events)))

    def flush(self) -> Taken:
        """Send what waits; raises what went wrong in the background, too."""
        parts = []
        with self._sending:
            while batch := self._buffer.take():
                parts.append(self._send_batch(batch))
        self._raise_failure()
        return summed(parts)

    def close(self) -> None:
        """Send what waits, end."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._wake.set()
        try:
            if self._thread is not None:
                self._thread.join(self._patience.total_s)
            self.flush()
        except Failed as failure:
            raise self._left(failure) from None
        finally:
            self._http.close()

    def recommend(
        self,
        *,
        user: str | None = None,
        session: str | None = None,
        item: str | None = None,
        k: int | None = None,
        why: bool | None = None,
    ) -> Listed:
        """Return which items to show now."""
        said = {"user": user, "session": session, "item": item, "k": k, "why": why, "id": new_id()}
        return self._ask(asks.recommend(said))

    def decide(self, app: str, **keys: Any) -> Guessed:
        """Return what an app says about the named keys."""
        return self._ask(asks.decide(app, {"id": new_id(), **keys}))

    def similar(self, item: str, k: int | None = None) -> Listed:
        """Return what is like an item."""
        return self._ask(asks.similar(item, {"k": k, "id": new_id()}))

    def profile(self, user: str) -> Profile:
        """Return what is known of a shopper."""
        return self._ask(asks.profile(user))

    def apps(self) -> list[AppShown]:
        """Return the apps of the shop."""
        return self._ask(asks.apps())

    def versions(self, app: str | None = None) -> list[VersionShown]:
        """Return the kept revisions, newest first."""
        return self._ask(asks.versions(app))

    def report(self) -> Report:
        """Return how far the shop is, how good its models are."""
        return self._ask(asks.report())

    def promote(self, app: str, model: str, *, force: bool = False) -> Moved:
        """Ask the gate to make a model live; raises `Refused` with its objections."""
        return self._ask(asks.promote(app, model, force=force))

    def rollback(self, app: str, to: str | None = None) -> Moved:
        """Go back, to a model, to a revision, or to what was live before."""
        return self._ask(asks.rollback(app, to))

    def quarantine(self, limit: int | None = None, field: str | None = None) -> Quarantined:
        """Return what waits in quarantine."""
        return self._ask(asks.quarantine(limit, field))

    def retry(self, numbers: Sequence[int] | None = None, edits: Mapping[str, Any] | None = None) -> Retried:
        """Send rows of the quarantine again, fields replaced by `edits`."""
        return self._ask(asks.retry(numbers, edits or {}))

    def _ask(self, ask: Ask[T]) -> T:
        steps = self._steps(ask)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    step = steps.send(self._try(ask, step.within_s))
                else:
                    time.sleep(step.s)
                    step = steps.send(None)
        except StopIteration as done:
            answer: T = done.value
            return answer

    def _try(self, ask: Ask[Any], within_s: float) -> Answer | Lost:
        if self._http.is_closed:
            raise closed()
        until_s = self._clock.wall_s() + within_s
        try:
            with self._http.stream(**self._request(ask), timeout=within_s) as response:
                body = b""
                for part in response.iter_bytes():
                    body += part
                    if self._clock.wall_s() > until_s:
                        return Lost("the answer took too long", True)
                return Answer(response.status_code, response.headers, body)
        except httpx.TransportError as error:
            return lost(error)

    def _begin(self) -> None:
        with self._sending:
            if self._thread is None:
                age_s = self._buffer.batching.age_s or 1.0
                given = (weakref.ref(self), self._wake, self._closed, age_s)
                self._thread = threading.Thread(target=_work, args=given, name="evercart client", daemon=True)
                self._thread.start()
                _OPEN.add(self)

    def _send_batch(self, batch: list[Event]) -> Taken:
        try:
            return self._taken(batch, self._ask(asks.events(batch)))
        except BaseException as failure:
            self._kept(batch, failure)
            raise

    def _send_waiting(self) -> None:
        """Send what waits, in the background; nothing is raised."""
        with self._sending:
            while batch := self._buffer.take():
                try:
                    self._send_batch(batch)
                except Failed as failure:
                    self._tell(batch, failure)
                    if waits(failure):
                        break


def _work(client: weakref.ref[Client], wake: threading.Event, closed: threading.Event, age_s: float) -> None:
    """Send what waits, every so often, until the client is closed or gone."""
    while not closed.is_set():
        wake.wait(age_s)
        wake.clear()
        found = client()
        if found is None or closed.is_set():  # then `close` sends the rest
            return
        found._send_waiting()
        del found


def _at_exit() -> None:
    """Send what still waits when the process ends."""
    for client in list(_OPEN):
        try:
            client.close()
        except Failed as failure:
            client._told(str(failure))


atexit.register(_at_exit)
