"""Apart: questions are answered by a process of their own, which has an interpreter, so a core, to itself."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Final

from evercart.app import App
from evercart.errors import UserError
from evercart.serve.answering.heard import Heard
from evercart.serve.answering.link import Link
from evercart.serve.answering.passed import Answered, Asked, Replies, Told
from evercart.serve.answering.question import Question, Said, Status
from evercart.serve.answering.stand_in import LATE, LOADING, defaulted, popular, unlisted
from evercart.serve.problem import Conflict
from evercart.serve.settings import Settings

_LOG: Final = logging.getLogger("evercart.serve")
_FIRST_S: Final = 0.5  # before a process that ended is started again; doubled each time,
_MOST_S: Final = 30.0  # up to this,
_WELL_S: Final = 60.0  # and begun anew once it ran so long


class Apart:
    """What answers, in another process, which is started again when it ends.

    words      its command line; it is asked over its standard input
    apps       of the shop
    now_us     the clock

    Who asks while it is away, or for longer than `deadline_ms`, is told what was popular a moment ago, or the app's
    stated default.
    """

    def __init__(
        self, words: Sequence[str], apps: Sequence[App], settings: Settings, now_us: Callable[[], int]
    ) -> None:
        self._words, self._settings, self._now_us = tuple(words), settings, now_us
        self._apps: Mapping[str, App] = {app.name: app for app in apps}
        self._heard, self._numbers, self._status = Heard(), count(), Status()
        self._stand_in = Status()  # the last one that was told; it stays when the process ends
        self._waiting: dict[int, asyncio.Future[Answered | None]] = {}
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def status(self) -> Status:
        """Return what answers now."""
        return self._status

    def start(self) -> None:
        """Begin to load."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def committed(self, rows: int, events: int, next_offset: int) -> None:
        """Hear that the log has more: some rows, so many of them no decisions of our own, which change no state."""
        self._heard.committed(rows, events, next_offset)

    async def ask(self, question: Question) -> Said:
        """Return the answer; raises `Conflict` for an id that is in the log, `UserError` for what cannot be put."""
        if self._link is None:
            return self._instead(question, LOADING)
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        done: asyncio.Future[Answered | None] = loop.create_future()
        self._waiting[number] = done
        self._link.send(Asked(number, self._heard.known, self._heard.due, question))
        late = loop.call_later(self._settings.deadline_ms / 1000, _give_up, done)
        try:
            found = await done
        finally:
            late.cancel()
            self._waiting.pop(number, None)
        if found is None:
            return self._instead(question, LATE)
        if found.said is None:
            raise (Conflict if found.taken else UserError)(found.refused)
        return found.said

    def _instead(self, question: Question, why: str) -> Said:
        """Return what is answered without a model."""
        last, app, us = self._stand_in, self._apps[question.app], self._now_us()
        if app.candidates is None:
            default = self._settings.defaults.get(app.name)
            return defaulted(question, app, default, max(last.at, 0), us)
        if app.name not in last.popular:
            return unlisted(question, us, why)
        return popular(question, last.popular[app.name], last.places[app.name], last.at, us)

    def _hear(self, said: Replies) -> None:
        if isinstance(said, Told):
            self._status = self._stand_in = said.status
            return
        done = self._waiting.get(said.number)
        if done is not None and not done.done():  # else it came too late
            done.set_result(said)

    def _gone(self) -> None:
        """Let nobody wait for a process that has ended."""
        self._link, self._status = None, Status()
        for done in self._waiting.values():
            _give_up(done)

    async def _keep(self) -> None:
        """Start the process; again, when it has ended."""
        loop, wait_s = asyncio.get_running_loop(), _FIRST_S
        while True:
            began = loop.time()
            code = await self._once()
            wait_s = _FIRST_S if loop.time() - began >= _WELL_S else wait_s
            _LOG.warning("the process that answers ended by %d; it starts again in %g s", code, wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _MOST_S)

    async def _once(self) -> int:
        """Run the process to its end; return its exit code."""
        loop, (ours, its) = asyncio.get_running_loop(), socket.socketpair()
        with its:
            process = _begun(self._words, its)
        ended = asyncio.Event()
        link = Link(Replies, self._hear, ended.set)
        try:
            with ours:
                await loop.create_connection(lambda: link, sock=ours)
                self._link = link
                await ended.wait()
        finally:
            link.close()
            self._gone()
            code = await asyncio.shield(loop.run_in_executor(None, _ended, process))  # whoever stops us now, too
        return code


def _give_up(done: asyncio.Future[Answered | None]) -> None:
    if not done.done():
        done.set_result(None)


def _begun(words: Sequence[str], asked: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, stdin=asked.fileno(), stdout=subprocess.DEVNULL, process_group=0)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """End a process, which only reads; return its exit code."""
    process.kill()
    return process.wait()
