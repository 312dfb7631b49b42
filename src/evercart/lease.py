"""Lease: who may learn on a shop, one process at a time.

A process that was stopped for a while may believe that it still holds what another has taken since. So each
grant has a token that only grows; whoever saves does it inside `committing`, which lets the newest one through.
A clock says until when; on one machine a holder that has ended is noticed at once.

Sources: Gray and Cheriton, "Leases", SOSP 1989; Burrows, "The Chubby lock service", OSDI 2006, section 2.4.
"""

from __future__ import annotations

import os
import platform
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from evercart.errors import UserError, expected
from evercart.log.faults import plainly
from evercart.units import SECOND_US

FILE: Final = "lease.db"
LASTS_US: Final = 20 * SECOND_US  # what a holder on a lost machine costs the next
_TRIES: Final = 2  # to give it back, as a server may just have restarted
_WAIT_S: Final = 30  # for another process's commit
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS lease (one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL,"
    " pid INTEGER NOT NULL, began INTEGER NOT NULL, token INTEGER NOT NULL, until_us INTEGER NOT NULL)"
)


class Taken(UserError):
    """Another process may learn, so this one may not."""


class Holding(NamedTuple):
    """A lease as it is written down; `until_us` is 0 once it was given back."""

    host: str
    pid: int
    began: int  # of the process, in the machine's own count; 0 where it cannot be told
    token: int
    until_us: int

    def __str__(self) -> str:
        until = datetime.fromtimestamp(self.until_us // SECOND_US, UTC)
        return f"process {self.pid} on {self.host.split('/')[0]} until {until:%Y-%m-%d %H:%M:%S} UTC"

    def keeps_out(self, now_us: int) -> bool:
        """Return whether another has to wait.

        Time that a clock like ours could not have granted, because it was moved back, keeps no one out: a holder
        that lives is told when it saves.
        """
        if not now_us < self.until_us <= now_us + LASTS_US:
            return False
        return self.host != _host() or _began(self.pid) == self.began


def _host() -> str:
    """Return what only processes share whose numbers can be compared: machine, its start, namespace."""
    parts = [platform.node()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return "/".join(parts)


def _began(pid: int) -> int:
    """Return when a process began, so that its number is not taken for another's; -1 where it has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return -1
    except OSError:
        pass  # it is another user's
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return -1 if words[0] in "ZX" else int(words[19])


class Page(Protocol):
    """The lease as it stands in a store, while no one else may touch it."""

    def read(self) -> Holding | None:
        """Return what is written down, if anything is."""
        ...

    def write(self, holding: Holding) -> None:
        """Write it down; it counts once the block has ended well."""
        ...

    def us(self, now_us: int) -> int:
        """Return what the clock says that all share who want the lease, from what the holder's says."""
        ...


class Leases(ABC):
    """A shop's one lease; a store says where it is written down."""

    @property
    @abstractmethod
    def where(self) -> str:
        """Return the store's name, for people."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Page]:
        """Keep everyone else from it while the block lasts."""

    @contextmanager
    def held(self, now_us: Callable[[], int]) -> Iterator[Grant]:
        """Hold the lease while the block lasts; raises `UserError` that names the one who holds it."""
        grant = self._taken(now_us())
        try:
            yield grant
        finally:
            for _ in range(_TRIES):
                with suppress(UserError):  # another has it by now, or the store fails: then it ends with its time
                    grant.give_back()
                    break

    def _taken(self, now_us: int) -> Grant:
        with self.writing() as page:
            there, us = page.read(), page.us(now_us)
            if there and there.keeps_out(us):
                raise Taken(expected(self.where, "no other learner on this shop", str(there)))
            token = (there.token if there else 0) + 1
            mine = Holding(_host(), os.getpid(), _began(os.getpid()), token, us + LASTS_US)
            page.write(mine)
        return Grant(self, mine, now_us)

    def look(self) -> Holding | None:
        """Return what is written down, if anything is."""
        with self.writing() as page:
            return page.read()


class Grant:
    """The right to learn, as long as no one else has been granted it."""

    def __init__(self, leases: Leases, holding: Holding, now_us: int) -> None:
        self._leases, self._mine, self._renewed_us = leases, holding, now_us

    @property
    def token(self) -> int:
        """Return a number that is larger than that of every grant before."""
        return self._mine.token

    def renew(self, now_us: int) -> None:
        """Hold on, where half of the time has passed; raises `UserError` if another has been granted it."""
        if abs(now_us - self._renewed_us) > LASTS_US // 2:
            with self._mine_still() as page:
                self._mine = self._mine._replace(until_us=page.us(now_us) + LASTS_US)
                page.write(self._mine)
            self._renewed_us = now_us

    def give_back(self) -> None:
        """Let the next one in."""
        with self._mine_still() as page:
            page.write(self._mine._replace(until_us=0))

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Let no one else be granted it while the block lasts; raises `UserError` if another has been."""
        done = False
        try:
            with self._mine_still():
                yield
                done = True
        except UserError:
            if not done:
                raise
            with self._mine_still():  # the store went away meanwhile: no larger token, so no one else was let in
                pass

    @contextmanager
    def _mine_still(self) -> Iterator[Page]:
        with self._leases.writing() as page:
            there = page.read()
            mine = there is not None and there[:4] == self._mine[:4]
            rule = f"the lease with token {self.token}; another learner goes on"
            if not mine:
                raise Taken(expected(self._leases.where, rule, there or "none"))
            yield page


@dataclass(frozen=True)
class SqliteLeases(Leases):
    """The lease in a small file of the shop's folder."""

    folder: Path

    @property
    def where(self) -> str:
        """Return the file's name."""
        return str(self.folder / FILE)

    @contextmanager
    def writing(self) -> Iterator[Page]:
        """Hold the file's write lock while the block lasts; see `Leases.writing`."""
        with plainly(self.folder / FILE):
            db = sqlite3.connect(self.folder / FILE, timeout=_WAIT_S, isolation_level=None)
            try:
                db.execute("PRAGMA synchronous = FULL")
                db.execute("BEGIN IMMEDIATE")
                db.execute(_TABLE)
                yield _SqlitePage(db)
                db.execute("COMMIT")
            finally:
                db.close()  # rolls back what was not committed


class _SqlitePage(NamedTuple):
    db: sqlite3.Connection

    def read(self) -> Holding | None:
        row = self.db.execute("SELECT host, pid, began, token, until_us FROM lease").fetchone()
        return Holding(*row) if row else None

    def write(self, holding: Holding) -> None:
        self.db.execute("INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?)", holding)

    def us(self, now_us: int) -> int:
        return now_us  # one machine, one clock
