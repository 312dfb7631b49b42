"""Index of the shelf: which models, versions, moves there are, in SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from evercart.errors import require
from evercart.log.faults import plainly
from evercart.publish.model import Model
from evercart.publish.moves import Logged, Move
from evercart.publish.revision import Version

VERSION: Final = 1
_WAIT_S: Final = 60  # for another process's commit
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS models (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, app TEXT NOT NULL,"
    " said TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS versions (address TEXT PRIMARY KEY, model TEXT NOT NULL, app TEXT NOT NULL,"
    " next_offset INTEGER NOT NULL, us INTEGER NOT NULL, size INTEGER NOT NULL, fingerprint TEXT NOT NULL,"
    " scores TEXT NOT NULL, parent TEXT NOT NULL, skipped_first INTEGER, skipped_end INTEGER,"
    " UNIQUE (model, next_offset))",
    'CREATE TABLE IF NOT EXISTS moves ("offset" INTEGER PRIMARY KEY, app TEXT NOT NULL, from_model TEXT NOT NULL,'
    " to_model TEXT NOT NULL, why TEXT NOT NULL, who TEXT NOT NULL, us INTEGER NOT NULL, reason TEXT NOT NULL,"
    " revision TEXT NOT NULL, revision_offset INTEGER NOT NULL)",
)


class Index:
    """The file `index.db` of a shelf: one connection, since closing the last one costs several waits for the disk.

    A block sees one committed state; it commits, or leaves no trace. It belongs to one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with plainly(path):
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            with plainly(path):
                _prepare(self._connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """See one committed state."""
        with self._transaction("BEGIN") as rows:
            yield rows

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Rows]:
        """Be the only writer.

        durable    whether to wait for the disk; not needed for what the log has, too
        """
        with self._lock:
            if not durable:
                self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                with self._transaction("BEGIN IMMEDIATE") as rows:
                    yield rows
            finally:
                if not durable:
                    self._connection.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Rows]:
        with self._lock, plainly(self.path):
            self._connection.execute(begin)
            try:
                yield Rows(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have rolled back already
                    self._connection.rollback()
                raise

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        found = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone() or (VERSION,)
        require(found[0] <= VERSION, "shelf.version", f"at most {VERSION}", found[0])  # before anything is written
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        connection.execute("BEGIN IMMEDIATE")
        for sql in _TABLES:
            connection.execute(sql)
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('version', ?)", (VERSION,))
        connection.execute("COMMIT")


class Rows:
    """What a block of the index may ask, may add."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute

    def models(self, app: str | None = None) -> list[Model]:
        """Return models, of one app if it is named, in the order of their coming."""
        found = self._run("SELECT said FROM models WHERE ? IS NULL OR app = ? ORDER BY number", (app, app))
        return [Model.from_json(text) for (text,) in found]

    def enrol(self, model: Model) -> None:
        """Add a model; one that is there already stays as it is."""
        self._run(
            "INSERT OR IGNORE INTO models (id, app, said) VALUES (?, ?, ?)", (model.id, model.app, model.to_json())
        )

    def versions(self, app: str | None = None, model: str | None = None) -> list[Version]:
        """Return versions, of one app or one model if named, newest first."""
        sql = (
            "SELECT address, model, app, next_offset, us, size, fingerprint, scores, parent, skipped_first, skipped_end"
            " FROM versions WHERE (? IS NULL OR app = ?) AND (? IS NULL OR model = ?)"
            " ORDER BY next_offset DESC, us DESC, address"
        )
        return [_version(row) for row in self._run(sql, (app, app, model, model))]

    def at(self, model: str, next_offset: int) -> Version | None:
        """Return a model's version at an offset."""
        return next((one for one in self.versions(None, model) if one.next_offset == next_offset), None)

    def add(self, one: Version) -> None:
        """Add a version."""
        first, end = one.skipped or (None, None)
        values = (one.address, one.model, one.app, one.next_offset, one.us, one.size, one.fingerprint)
        scores = json.dumps(one.scores, sort_keys=True)
        self._run(
            "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, scores, one.parent, first, end)
        )

    def drop(self, addresses: Iterable[str]) -> None:
        """Remove versions."""
        for address in addresses:
            self._run("DELETE FROM versions WHERE address = ?", (address,))

    def moves(self, app: str | None = None) -> list[Logged]:
        """Return moves in the order of the log, of one app if it is named."""
        sql = (
            'SELECT "offset", app, from_model, to_model, why, who, us, reason, revision, revision_offset'
            ' FROM moves WHERE ? IS NULL OR app = ? ORDER BY "offset"'
        )
        return [_logged(row) for row in self._run(sql, (app, app))]

    def move(self, one: Logged) -> None:
        """Add a move; the same again changes nothing."""
        move = one.move
        values = (move.app, move.from_model, move.to_model, move.why, move.who, move.us, move.reason)
        self._run(
            "INSERT OR IGNORE INTO moves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (one.offset, *values, move.revision, move.revision_offset),
        )

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with its own file."""
        return [text for (text,) in self._run("PRAGMA integrity_check") if text != "ok"]


def _version(row: tuple[Any, ...]) -> Version:
    address, model, app, next_offset, us, size, fingerprint, scores, parent, first, end = row
    skipped = None if first is None else (first, end)
    return Version(address, model, app, next_offset, us, size, fingerprint, json.loads(scores), parent, skipped)


def _logged(row: tuple[Any, ...]) -> Logged:
    offset, *told = row
    return Logged(offset, Move(*told))
