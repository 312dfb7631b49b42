"""Aside: the client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

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


class AsyncClient(Core):
    """Talks to a shop's service from one event loop.

    Events are sent in batches, by a task; `flush`, or leaving the `async with` block, waits for them.

    >>> AsyncClient("http://127.0.0.1:8321")
    AsyncClient('http://127.0.0.1:8321')
    """

    def _open(self) -> None:
        self._http = httpx.AsyncClient(**self._options())
        self._sending = asyncio.Lock()
        self._wake = asyncio.Event()
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.close()
        except Failed as failure:
            if error is None:
                raise
            self._told(str(failure))

    def event(self, kind: str, **fields: Any) -> str:
        """Let an event wait for the next batch; return its id."""
        if self._closed:
            raise closed()
        id = self._add(kind, fields)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work(), name="evercart client")
        if self._buffer.full_batch or not self._buffer.batching.age_s:
            self._wake.set()
        return id

    def outcome(self, decision: str, value: float | None = None, **fields: Any) -> str:
        """Tell, with the next batch, what came of a decision; return the event's id."""
        return self.event("outcome", ref=decision, value=value, **fields)

    async def send(self, events: Iterable[Mapping[str, Any]]) -> Taken:
        """Send events at once; return what became of each when they are in the log, durably."""
        return await self._ask(asks.events(self._all_completed(events)))

    async def flush(self) -> Taken:
        """Send what waits; raises what went wrong in the background, too."""
        parts = []
        async with self._sending:
            while batch := self._buffer.take():
                parts.append(await self._send_batch(batch))
        self._raise_failure()
        return summed(parts)

    async def close(self) -> None:
        """Send what waits, end."""
        if self._closed:
            return
        self._closed = True
        self._wake.set()
        try:
            if self._task is not None:
                await self._task
            await self.flush()
        except Failed as failure:
            raise self._left(failure) from None
        finally:
            await self._http.aclose()

    async def recommend(
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
        return await self._ask(asks.recommend(said))

    async def decide(self, app: str, **keys: Any) -> Guessed:
        """Return what an app says about the named keys."""
        return await self._ask(asks.decide(app, {"id": new_id(), **keys}))

    async def similar(self, item: str, k: int | None = None) -> Listed:
        """Return what is like an item."""
        return await self._ask(asks.similar(item, {"k": k, "id": new_id()}))

    async def profile(self, user: str) -> Profile:
        """Return what is known of a shopper."""
        return await self._ask(asks.profile(user))

    async def apps(self) -> list[AppShown]:
        """Return the apps of the shop."""
        return await self._ask(asks.apps())

    async def versions(self, app: str | None = None) -> list[VersionShown]:
        """Return the kept revisions, newest first."""
        return await self._ask(asks.versions(app))

    async def report(self) -> Report:
        """Return how far the shop is, how good its models are."""
        return await self._ask(asks.report())

    async def promote(self, app: str, model: str, *, force: bool = False) -> Moved:
        """Ask the gate to make a model live; raises `Refused` with its objections."""
        return await self._ask(asks.promote(app, model, force=force))

    async def rollback(self, app: str, to: str | None = None) -> Moved:
        """Go back, to a model, to a revision, or to what was live before."""
        return await self._ask(asks.rollback(app, to))

    async def quarantine(self, limit: int | None = None, field: str | None = None) -> Quarantined:
        """Return what waits in quarantine."""
        return await self._ask(asks.quarantine(limit, field))

    async def retry(self, numbers: Sequence[int] | None = None, edits: Mapping[str, Any] | None = None) -> Retried:
        """Send rows of the quarantine again, fields replaced by `edits`."""
        return await self._ask(asks.retry(numbers, edits or {}))

    async def _ask(self, ask: Ask[T]) -> T:
        steps = self._steps(ask)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    step = steps.send(await self._try(ask, step.within_s))
                else:
                    await asyncio.sleep(step.s)
                    step = steps.send(None)
        except StopIteration as done:
            answer: T = done.value
            return answer

    async def _try(self, ask: Ask[Any], within_s: float) -> Answer | Lost:
        if self._http.is_closed:
            raise closed()
        until_s = self._clock.wall_s() + within_s
        try:
            async with self._http.stream(**self._request(ask), timeout=within_s) as response:
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if self._clock.wall_s() > until_s:
                        return Lost("the answer took too long", True)
                return Answer(response.status_code, response.headers, body)
        except httpx.TransportError as error:
            return lost(error)

    async def _work(self) -> None:
        """Send what waits, every so often, until the client is closed."""
        while not self._closed:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._buffer.batching.age_s or 1.0)
            self._wake.clear()
            if not self._closed:  # else `close` sends the rest
                await self._send_waiting()

    async def _send_batch(self, batch: list[Event]) -> Taken:
        try:
            return self._taken(batch, await self._ask(asks.events(batch)))
        except BaseException as failure:
            self._kept(batch, failure)
            raise

    async def _send_waiting(self) -> None:
        """Send what waits, in the background; nothing is raised."""
        async with self._sending:
            while batch := self._buffer.take():
                try:
                    await self._send_batch(batch)
                except Failed as failure:
                    self._tell(batch, failure)
                    if waits(failure):
                        break
