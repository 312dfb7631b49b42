"""Lease: who may learn on a shop, one process at a time.

A process that was stopped for a while may believe that it still holds what another has taken since. So each
grant has a token that only grows; whoever saves does it inside `committing`, which lets the newest one through.
The holder's clock says until when; on one machine a holder that has ended is noticed at once.

Sources: Gray and Cheriton, "Leases", SOSP 1989; Burrows, "The Chubby lock service", OSDI 2006, section 2.4.
"""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from evercart.errors import UserError, expected, require
from evercart.log.faults import plainly
from evercart.units import SECOND_US

FILE: Final = "lease.db"
LASTS_US: Final = 20 * SECOND_US  # what a holder on a lost machine costs the next
_WAIT_S: Final = 30  # for another process's commit
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS lease (one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL,"
    " pid INTEGER NOT NULL, began INTEGER NOT NULL, token INTEGER NOT NULL, until_us INTEGER NOT NULL)"
)
_COLUMNS: Final = "host, pid, began, token, until_us"


class Grant(Protocol):
    """The right to learn, as long as no one else has been granted it."""

    @property
    def token(self) -> int:
        """Return a number that is larger than that of every grant before."""
        ...

    def renew(self, now_us: int) -> None:
        """Hold on, where half of the time has passed; raises `UserError` if another has been granted it."""
        ...

    def committing(self) -> AbstractContextManager[None]:
        """Let no one else be granted it while the block lasts; raises `UserError` if another has been."""
        ...


class Leases(Protocol):
    """A shop's one lease, wherever it is written down."""

    def held(self, now_us: Callable[[], int]) -> AbstractContextManager[Grant]:
        """Hold the lease while the block lasts; raises `UserError` that names the one who holds it."""
        ...


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


@dataclass(frozen=True)
class SqliteLeases:
    """The lease in a small file of the shop's folder; see `Leases`."""

    folder: Path

    @contextmanager
    def held(self, now_us: Callable[[], int]) -> Iterator[Grant]:
        """Hold the lease while the block lasts; see `Leases.held`."""
        grant = self._taken(now_us())
        try:
            yield grant
        finally:
            with suppress(UserError):  # another has it by now, or the disk fails
                grant.give_back()

    def _taken(self, now_us: int) -> SqliteGrant:
        with _writing(self.folder / FILE) as db:
            there = _read(db)
            if there and there.keeps_out(now_us):
                raise UserError(expected(str(self.folder / FILE), "no other learner on this shop", str(there)))
            token = (there.token if there else 0) + 1
            mine = Holding(_host(), os.getpid(), _began(os.getpid()), token, now_us + LASTS_US)
            db.execute("INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?)", mine)
        return SqliteGrant(self.folder / FILE, mine)

    def look(self) -> Holding | None:
        """Return what is written down, if anything is."""
        with _writing(self.folder / FILE) as db:
            return _read(db)


class SqliteGrant:
    """A `Grant` out of a file."""

    def __init__(self, path: Path, holding: Holding) -> None:
        self._path, self._mine = path, holding

    @property
    def token(self) -> int:
        """Return a number that is larger than that of every grant before."""
        return self._mine.token

    def renew(self, now_us: int) -> None:
        """Hold on, where half of the time has passed; see `Grant.renew`."""
        if abs(self._mine.until_us - now_us - LASTS_US) > LASTS_US // 2:
            self._set(now_us + LASTS_US)

    def give_back(self) -> None:
        """Let the next one in."""
        self._set(0)

    def _set(self, until_us: int) -> None:
        with _writing(self._path) as db:
            self._require(db)
            db.execute("UPDATE lease SET until_us = ?", (until_us,))
        self._mine = self._mine._replace(until_us=until_us)

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Let no one else be granted it while the block lasts; see `Grant.committing`."""
        with _writing(self._path) as db:
            self._require(db)
            yield

    def _require(self, db: sqlite3.Connection) -> None:
        there = _read(db)
        mine = there is not None and there[:4] == self._mine[:4]
        require(mine, str(self._path), f"the lease with token {self.token}; another learner goes on", there or "none")


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    with plainly(path):
        db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN IMMEDIATE")
            db.execute(_TABLE)
            yield db
            db.execute("COMMIT")
        finally:
            db.close()  # rolls back what was not committed


def _read(db: sqlite3.Connection) -> Holding | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM lease").fetchone()
    return Holding(*row) if row else None
