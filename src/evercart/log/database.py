"""The SQLite database under a log: its tables, its transactions, its version."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from evercart.errors import require
from evercart.events.schema import SCHEMA
from evercart.log.faults import FREE, plainly

VERSION: Final = 1
_WAIT_S: Final = 60  # for another process's commit
_TYPES: Final = {pa.string(): "TEXT", pa.float64(): "REAL", pa.binary(): "BLOB"}
_COLUMNS: Final = {f.name: f'"{f.name}" {_TYPES.get(f.type, "INTEGER")}' for f in SCHEMA}
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS imports (name TEXT PRIMARY KEY, consumed INTEGER NOT NULL, finished INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS manifest (first INTEGER PRIMARY KEY, rows INTEGER NOT NULL, kinds TEXT NOT NULL,"
    " names TEXT NOT NULL, names_size INTEGER NOT NULL, names_sha256 TEXT NOT NULL,"
    " numbers TEXT NOT NULL, numbers_size INTEGER NOT NULL, numbers_sha256 TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS runs (name TEXT PRIMARY KEY, size INTEGER NOT NULL, sha256 TEXT NOT NULL)",
    'CREATE TABLE IF NOT EXISTS events ("offset" INTEGER PRIMARY KEY, logged_us INTEGER NOT NULL, '
    + ", ".join(_COLUMNS.values())
    + ")",
)


class Database:
    """One connection; a transaction belongs to one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with plainly(path):
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        if self.rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            self._require_version()  # before anything is written
        self.rows("PRAGMA journal_mode = WAL")
        self.rows("PRAGMA synchronous = FULL")
        with self.writing():
            for sql in _TABLES:
                self.rows(sql)
            there = {row[1] for row in self.rows("PRAGMA table_info(events)")}
            for name, column in _COLUMNS.items():
                if name not in there:  # a property declared since the log was begun
                    self.rows(f"ALTER TABLE events ADD COLUMN {column}")
            self.rows("INSERT OR IGNORE INTO meta VALUES ('version', ?)", VERSION)
            self._require_version()

    def _require_version(self) -> None:
        (found,) = self.rows("SELECT value FROM meta WHERE name = 'version'") or [(VERSION,)]
        require(found[0] <= VERSION, "log.version", f"at most {VERSION}", found[0])

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with plainly(self.path):
            return self._connection.execute(sql, values).fetchall()

    def many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for each of the rows."""
        with plainly(self.path):
            self._connection.executemany(sql, rows)

    def meta(self) -> dict[str, Any]:
        """Return the log's few facts by name."""
        return dict(self.rows("SELECT name, value FROM meta"))

    def set_meta(self, **values: Any) -> None:
        """Set facts by name."""
        self.many("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one committed state for as long as the block lasts."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer; all of the block is committed, or nothing."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._lock:
            self.rows(begin)
            try:
                yield
                self.rows("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled back already
                    self._connection.rollback()
                raise

    def scrub(self) -> None:
        """Leave nothing in the file, or in the journal beside it, of rows that were removed."""
        with self._lock:
            self.rows("VACUUM")
            ((busy, *_),) = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        require(not busy, str(self.path), FREE, "one that is read without a pause")

    def sync(self) -> None:
        """Make durable what other connections have committed without waiting for the disk."""
        with plainly(self.path), suppress(FileNotFoundError):  # no journal: everything is in the database
            journal = os.open(f"{self.path}-wal", os.O_RDONLY)
            try:
                os.fsync(journal)
            finally:
                os.close(journal)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()
