"""Deferred: rows that every reader sees at once, that are durable with the next sync.

SQLite in WAL mode leaves a commit to the operating system where `synchronous` is NORMAL (sqlite.org/wal.html,
section 2.3, "Performance Considerations"): the end of a process loses nothing, a power cut what was not synced. So
a commit costs a tenth of a durable one, and one sync makes many durable.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evercart.log.faults import plainly
from evercart.log.sqlite import DATABASE

_META: Final = "SELECT name, value FROM meta WHERE name IN ('next_offset', 'last_us', 'live_from')"
_ENDS: Final = "UPDATE meta SET value = iif(name = 'last_us', ?, ?) WHERE name IN ('last_us', 'next_offset')"
_WAL_PAGES: Final = 4_096  # 16 MB: from there on they are brought into the database
_PATIENCE_S: Final = 0.5  # for who writes, for readers of pages that are to be written over, to leave
Row = Mapping[str, Any]


class Deferred:
    """Adds a process's own rows, whose ids no row has, to a log in a folder; each call on a connection of its own.

    folder    of a log that is open in this process

    `add` belongs to one thread, `sync` to another, `checkpoint` to a third.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / DATABASE
        with plainly(self._path):
            self._adding = _connected(self._path, 0)
            self._tidying = _connected(self._path, _PATIENCE_S)
            self._wal = os.open(f"{self._path}-wal", os.O_RDONLY)

    def add(self, rows: Sequence[Row], now_us: int) -> int | None:
        """Add rows, by the columns of the log, in one commit; return the log's next offset after it.

        Their log time is max(now, last); rows that the system writes itself do not begin live. None where somebody
        else is writing: nothing was added, nobody waited.
        """
        with plainly(self._path):
            try:
                self._adding.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    return None
                raise
            try:
                stop = self._insert(rows, now_us)
                self._adding.execute("COMMIT")
            except BaseException:
                if self._adding.in_transaction:  # a full disk may have rolled back already
                    self._adding.rollback()
                raise
        return stop

    def _insert(self, rows: Sequence[Row], now_us: int) -> int:
        meta = dict(self._adding.execute(_META).fetchall())
        first, last_us = int(meta["next_offset"]), int(meta["last_us"])
        us = last_us if meta["live_from"] is None else max(now_us, last_us)
        alike: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for offset, row in enumerate(rows, first):
            alike.setdefault(tuple(row), []).append((offset, us, *row.values()))
        for names, values in alike.items():
            columns = ", ".join(f'"{name}"' for name in ("offset", "logged_us", *names))
            places = ", ".join("?" * (len(names) + 2))
            self._adding.executemany(f"INSERT INTO events ({columns}) VALUES ({places})", values)
        self._adding.execute(_ENDS, (us, first + len(rows)))
        return first + len(rows)

    def sync(self) -> None:
        """Make durable what was added before."""
        with plainly(self._path):
            getattr(os, "fdatasync", os.fsync)(self._wal)  # macOS has only the latter

    def checkpoint(self) -> None:
        """Bring what was added into the database, where it has become much; who adds meanwhile is kept off briefly.

        Somebody who writes without a pause never lets the journal begin anew by itself: "checkpoint starvation",
        sqlite.org/wal.html, section 6.
        """
        with plainly(self._path):
            if os.fstat(self._wal).st_size < _WAL_PAGES * 4_096:
                return
            _, pages, _ = self._tidying.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages >= _WAL_PAGES:
                self._tidying.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()  # the few that came meanwhile

    def close(self) -> None:
        """Let go of the files; what was added and not synced is the operating system's to write."""
        self._adding.close()
        self._tidying.close()
        os.close(self._wal)


def _connected(path: Path, wait_s: float) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute(_META).fetchall()  # by now the journal beside it is there
    return db
