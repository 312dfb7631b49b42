"""Deciding: decisions are logged by the event loop itself, made durable by a thread that does nothing else.

A commit that waits for no disk costs less than handing it to a thread, which would have to win the interpreter back
at every statement. While one sync is under way, the next commit gathers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from evercart.clock import Clock
from evercart.errors import UserError
from evercart.log.deferred import Deferred
from evercart.serve.commit import Decided

_LOG: Final = logging.getLogger("evercart.serve")
_AGAIN_S: Final = 0.001  # after somebody else was writing
_PATIENCE: Final = 5_000  # times that it is asked again at the end
_NO_ROOM: Final = "no room"


class Deciding:
    """Logs decisions whose ids no row has.

    log          to add to
    most         decisions that may wait
    committed    called with how many rows, how many of them events, in how many seconds, the log's next offset
    """

    def __init__(
        self, log: Deferred, most: int, committed: Callable[[int, int, float, int], None], clock: Clock
    ) -> None:
        self._log, self._most, self._committed, self._clock = log, most, committed, clock
        self._waiting: list[Decided] = []
        self._busy = False  # whether a commit is due, or on its way to the disk
        self._loop: asyncio.AbstractEventLoop | None = None
        self._added: SimpleQueue[list[Decided] | None] = SimpleQueue()
        self._thread = Thread(target=self._sync, name="sync", daemon=True)
        self.dropped = 0  # decisions that found no room

    def start(self) -> None:
        """Begin, for the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Log what waits, as far as the log is free, then end."""
        for _ in range(_PATIENCE):
            if not self._busy:
                break
            await asyncio.sleep(_AGAIN_S)
        self._added.put(None)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def decide(self, row: Mapping[str, Any]) -> asyncio.Future[str]:
        """Have a decision logged; the result is "" once it is, durably, else why it is not."""
        assert self._loop is not None
        done: asyncio.Future[str] = self._loop.create_future()
        if len(self._waiting) >= self._most:
            self.dropped += 1
            done.set_result(_NO_ROOM)
            return done
        self._waiting.append(Decided(row, done))
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._commit)  # with the rest of what this turn of the loop decides
        return done

    def _commit(self) -> None:
        """Commit what waits; a little later, if somebody else is writing."""
        assert self._loop is not None
        waiting, began_s = self._waiting, self._clock.wall_s()
        try:
            next_offset = self._log.add([one.row for one in waiting], self._clock.now_us())
        except Exception as error:  # nobody is left waiting, whatever it was
            self._waiting = []
            self._tell(waiting, _plain(error))
            return
        if next_offset is None:
            self._loop.call_later(_AGAIN_S, self._commit)
            return
        self._waiting = []
        self._added.put(waiting)
        self._committed(len(waiting), 0, self._clock.wall_s() - began_s, next_offset)

    def _tell(self, added: list[Decided], why: str) -> None:
        for one in added:
            if not one.done.done():  # else nobody waits any more
                one.done.set_result(why)
        if self._waiting:
            self._commit()
        else:
            self._busy = False

    def _sync(self) -> None:
        while (added := self._added.get()) is not None:
            assert self._loop is not None
            why = ""
            try:
                self._log.sync()
            except Exception as error:  # nothing may end the thread that everybody waits for
                why = _plain(error)
            self._loop.call_soon_threadsafe(self._tell, added, why)


def _plain(error: Exception) -> str:
    if not isinstance(error, UserError):
        _LOG.error("a decision is not logged", exc_info=error)
    return str(error) or type(error).__name__
