"""Intake: whatever waits to be logged goes into one durable commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evercart.errors import UserError, expected
from evercart.log import Log
from evercart.serve.commit import Commit, Decided, Done, Taking
from evercart.serve.deciding import Deciding
from evercart.serve.problem import Busy, TooMany
from evercart.serve.sent import Sent
from evercart.serve.wire import Taken

_MOST: Final = 20_000  # events in one commit
_RETRY_S: Final = 1.0
_APART_S: Final = 0.001  # from one commit to the next, at least


@dataclass
class _Waiting:
    """What waits for the next commit."""

    taking: list[Taking] = field(default_factory=list)
    deciding: list[Decided] = field(default_factory=list)
    events: int = 0


class Intake:
    """A thread that appends for all requests of a process at once.

    commit       makes one commit
    most         events that may wait; so many decisions besides
    committed    called in the event loop with how many rows, how many of them events, in how many seconds, the log's
                 next offset after it
    wall_s       a clock that never goes back
    deciding     logs decisions whose ids are ours; None: they go the way of events

    An event is acknowledged when its commit is durable. While one commit is on its way to the disk, the next one
    gathers; commits follow each other by 1 ms at least, as each costs the same whether it holds one row or ten.
    """

    def __init__(
        self,
        commit: Commit,
        most: int,
        committed: Callable[[int, int, float, int], None],
        wall_s: Callable[[], float],
        deciding: Deciding | None = None,
    ) -> None:
        self._commit, self._most, self._committed, self._wall_s = commit, most, committed, wall_s
        self._waiting = _Waiting()
        self._due = threading.Condition()
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._last_s = -_APART_S  # when the last commit began
        self._deciding = deciding
        self._dropped = 0

    @property
    def log(self) -> Log:
        """Return the log that is appended to."""
        return self._commit.log

    @property
    def dropped(self) -> int:
        """Return how many decisions found no room."""
        return self._dropped + (self._deciding.dropped if self._deciding else 0)

    @property
    def waiting(self) -> int:
        """Return how many events wait for their commit."""
        return self._waiting.events

    def start(self) -> None:
        """Begin to commit for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        if self._deciding:
            self._deciding.start()

    async def stop(self) -> None:
        """Commit what waits, then end."""
        if self._deciding:
            await self._deciding.stop()
        with self._due:
            self._closing = True
            self._due.notify()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def take(self, sent: Sent) -> asyncio.Future[Taken]:
        """Have events logged; the result is there once they are. Raises `TooMany` while too many wait."""
        done: asyncio.Future[Taken] = self._running().create_future()
        with self._due:
            if self._closing:
                raise Busy(expected("service", "one that runs", "one that stops"))
            if self._waiting.events and self._waiting.events + sent.events > self._most:
                text = expected(
                    "events", f"at most {self._most:,} that wait", f"{self._waiting.events + sent.events:,}"
                )
                raise TooMany(text, _RETRY_S)
            self._waiting.taking.append(Taking(sent, done))
            self._waiting.events += sent.events
            self._due.notify()
        return done

    def decide(self, row: Mapping[str, Any], *, ours: bool = False) -> asyncio.Future[str]:
        """Have a decision logged; the result is "" once it is, else why it is not.

        ours    whether its id was drawn here, so that no row can have it
        """
        if ours and self._deciding and not self._closing:
            return self._deciding.decide(row)
        done: asyncio.Future[str] = self._running().create_future()
        with self._due:
            if self._closing or len(self._waiting.deciding) >= self._most:
                self._dropped += 1
                done.set_result("no room")
            else:
                self._waiting.deciding.append(Decided(row, done))
                self._due.notify()
        return done

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise Busy(expected("service", "one that runs", "one that has not begun"))
        return self._loop

    def _run(self) -> None:
        while (waiting := self._next()) is not None:
            began_s = self._last_s = self._wall_s()
            done = self._done(waiting)
            self._running().call_soon_threadsafe(self._tell, done, self._wall_s() - began_s)

    def _done(self, waiting: _Waiting) -> Done:
        try:
            return self._commit(waiting.taking, waiting.deciding)
        except UserError as error:
            return Done.failed(waiting.taking, waiting.deciding, Busy(str(error), _RETRY_S))
        except Exception as error:  # nothing may end the thread that everybody waits for
            return Done.failed(waiting.taking, waiting.deciding, error)

    def _next(self) -> _Waiting | None:
        """Return what waits, as much as one commit may hold; None once all is done."""
        with self._due:
            while not (self._waiting.taking or self._waiting.deciding):
                if self._closing:
                    return None
                self._due.wait()
            while not self._closing and (early_s := self._last_s + _APART_S - self._wall_s()) > 0:
                self._due.wait(early_s)
            whole, events, stop = self._waiting, 0, 0
            for stop, one in enumerate(whole.taking, 1):  # noqa: B007 (the count is what is wanted)
                events += one.sent.events
                if events >= _MOST:
                    break
            self._waiting = _Waiting(whole.taking[stop:], [], whole.events - events)
            return _Waiting(whole.taking[:stop], whole.deciding, events)

    def _tell(self, done: Done, seconds: float) -> None:
        for future, result in done.told:
            if future.done():  # nobody waits any more
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._committed(done.rows, done.events, seconds, done.next_offset)
