"""Supervise: programs that are kept running together, until all are to stop."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from evercart.errors import require

WRONG: Final = 2  # the exit code of a program that only its user can mend
_CHUNK: Final = 65_536
_LONGEST: Final = 1 << 20  # bytes of a line; what is longer is told in parts
_LAST_WORDS_S: Final = 1.0  # for what a program that ended has written before
_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG
_ECHO_S: Final = 0.5  # after a signal: one more is the same one, as Ctrl-C comes from the terminal and from make
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Program:
    """What is kept running.

    words     of its command line
    needed    whether the others are of no use without it
    """

    name: str
    words: tuple[str, ...]
    needed: bool = True


@dataclass(frozen=True)
class Patience:
    """How long is waited for what.

    first_s    before a program that ended starts again; doubled each time,
    most_s     up to this,
    well_s     and begun anew once it ran so long
    drain_s    that programs get to end in, when told to; then they are killed
    """

    first_s: float = 0.5
    most_s: float = 30
    well_s: float = 60
    drain_s: float = 15

    def __post_init__(self) -> None:
        require(0 < self.first_s <= self.most_s, "patience.first_s", "above 0, at most most_s", self.first_s)

    def wait_s(self, short: int) -> float:
        """Return how long to wait after so many runs in a row that were short.

        >>> [Patience().wait_s(short) for short in (0, 1, 2, 9, 5000)]
        [0.5, 0.5, 1.0, 30, 30]
        """
        return min(self.first_s * 2.0 ** min(max(short - 1, 0), 60), self.most_s)


class Supervisor:
    """Keeps programs running.

    told    gets each line that one of them writes: its name, the line
    """

    def __init__(
        self,
        programs: Sequence[Program],
        told: Callable[[str, str], None],
        patience: Patience | None = None,
        own: str = "up",
    ) -> None:
        self._programs, self._told, self._own = tuple(programs), told, own
        self._patience = patience or Patience()
        self._running: dict[str, Process] = {}
        self._code = 0
        self._asked_s: float | None = None  # when a signal first came
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def running(self) -> dict[str, int]:
        """Return the process numbers of those that run now, by name."""
        return {name: process.pid for name, process in self._running.items()}

    def run(self) -> int:
        """Keep all running until SIGTERM or SIGINT; return 0, or 2 where one cannot start until its user mends it."""
        return asyncio.run(self._run())

    def stop(self) -> None:
        """Let all end, as a signal does; any thread may ask for it once `run` was called."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _run(self) -> int:
        self._stop = asyncio.Event()
        self._loop = loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled)
        try:
            async with asyncio.TaskGroup() as group:
                for program in self._programs:
                    group.create_task(self._keep(program))
                group.create_task(self._end())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            for process in self._running.values():  # only where one of our own tasks failed
                _send(process, signal.SIGKILL)
        return self._code

    def _signalled(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._asked_s is not None and now_s - self._asked_s > _ECHO_S:  # somebody has lost patience
            for process in self._running.values():
                _send(process, signal.SIGKILL)
        self._asked_s = now_s if self._asked_s is None else self._asked_s
        self._stop.set()

    async def _end(self) -> None:
        """Once all are to stop, ask each to end; kill those that do not."""
        await self._stop.wait()
        for process in self._running.values():
            _send(process, signal.SIGTERM)
        ends = asyncio.get_running_loop().time() + self._patience.drain_s
        while self._running and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(0.02)
        for name, process in self._running.items():
            self._tell(self._own, f"{name} did not end within {self._patience.drain_s:g} s; it is killed")
            _send(process, signal.SIGKILL)

    async def _keep(self, program: Program) -> None:
        """Run a program over again until all are to stop."""
        loop = asyncio.get_running_loop()
        short, first = 0, True
        while not self._stop.is_set():
            began = loop.time()
            code = await self._once(program)
            if self._stop.is_set():
                return
            if first and code == WRONG and not program.needed:
                self._tell(self._own, f"{program.name} cannot start (see above); the others go on without it")
                return
            if first and code == WRONG:
                self._tell(self._own, f"{program.name} cannot start (see above); all stop")
                self._code = WRONG
                self._stop.set()
                return
            first = False
            short = 0 if loop.time() - began >= self._patience.well_s else short + 1
            wait_s = self._patience.wait_s(short)
            self._tell(self._own, f"{program.name} ended by {_ended(code)}; it starts again in {wait_s:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait_s)

    async def _once(self, program: Program) -> int:
        """Run a program to its end; return its exit code, a negative one for a signal."""
        bond = _bond()
        process = await asyncio.create_subprocess_exec(
            *program.words, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, process_group=0, preexec_fn=bond
        )
        self._running[program.name] = process
        if self._stop.is_set():
            _send(process, signal.SIGTERM)
        telling = asyncio.create_task(self._forward(program.name, process))
        try:
            code = await process.wait()
            with suppress(TimeoutError):  # programs that it began may hold its output open
                await asyncio.wait_for(telling, _LAST_WORDS_S)
        finally:
            telling.cancel()
        del self._running[program.name]
        return code

    async def _forward(self, name: str, process: Process) -> None:
        """Tell every line that a program writes, until it writes no more."""
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._tell(name, line.decode("utf-8", "replace").rstrip("\r"))
        if rest:
            self._tell(name, rest.decode("utf-8", "replace"))

    def _tell(self, name: str, line: str) -> None:
        """Pass a line on; where nobody reads any more, all stop."""
        try:
            self._told(name, line)
        except OSError:
            self._told = lambda name, line: None
            self._stop.set()


def _send(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _ended(code: int) -> str:
    """Return how a program ended, in words.

    >>> _ended(1), _ended(-9)
    ('exit code 1', 'SIGKILL')
    """
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _bond() -> Callable[[], None] | None:
    """Return what a new process does first so that it is told to end when this one dies, however it dies."""
    if sys.platform != "linux":
        return None
    parent, system = os.getpid(), ctypes.CDLL(None, use_errno=True)

    def bond() -> None:
        system.prctl(_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died just now
            os._exit(1)

    return bond
