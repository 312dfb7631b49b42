"""The quarantine: what may not enter, on disk with its reason, to be listed, mended, sent again.

Nothing is deleted here but what is erased; a row that has entered after all is marked as sent.
"""

from __future__ import annotations

import builtins
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from evercart.errors import UserError, expected, unknown
from evercart.events.findings import ROW, Refusals
from evercart.events.schema import FIELDS

_TABLE = """
CREATE TABLE IF NOT EXISTS refused (
    number INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, source TEXT NOT NULL, row INTEGER NOT NULL,
    field TEXT NOT NULL, rule TEXT NOT NULL, value TEXT NOT NULL, body TEXT NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0, UNIQUE (fingerprint, row))
"""
_COLUMNS = "number, source, row, field, rule, value, body, sent"


class Held(NamedTuple):
    """One row in quarantine; `body` is JSON in the log's terms (thousandths, minor units, microseconds)."""

    number: int
    source: str
    row: int
    field: str
    rule: str
    value: str
    body: str
    sent: bool

    def __str__(self) -> str:
        return expected(f"{self.source} row {self.row}: {self.field}", self.rule, self.value)


class Quarantine:
    """A SQLite file, `quarantine.db` in the shop's folder; each call opens it and commits.

    A row is known by (fingerprint of its source, row number), so adding it again changes nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "quarantine.db"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=30)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(_TABLE)
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise UserError(
                expected(str(self.path), "a quarantine that can be read and written", str(error))
            ) from error
        finally:
            if connection is not None:
                connection.close()

    def add(self, source: str, fingerprint: str, refusals: Refusals) -> int:
        """Hold the rows of a source; return how many of them were not held yet."""
        if not refusals:
            return 0
        sql = (
            "INSERT OR IGNORE INTO refused (fingerprint, source, row, field, rule, value, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        with self._open() as db:
            before = db.total_changes
            db.executemany(sql, [(fingerprint, source, *refusal) for refusal in refusals])
            return db.total_changes - before

    def list(self, limit: int = 100, field: str | None = None) -> tuple[Held, ...]:
        """Return the first rows that wait, oldest first; of one field if it is named."""
        sql = f"SELECT {_COLUMNS} FROM refused WHERE NOT sent AND (? IS NULL OR field = ?) ORDER BY number LIMIT ?"
        return self._held(sql, (field, field, limit))

    def show(self, number: int) -> Held:
        """Return one row by its number, sent or not."""
        found = self._held(f"SELECT {_COLUMNS} FROM refused WHERE number = ?", (number,))
        if not found:
            raise UserError(expected("quarantine", "the number of a row that is held", number))
        return found[0]

    def counts(self) -> dict[str, int]:
        """Return how many rows wait, by "field: rule"."""
        sql = "SELECT field || ': ' || rule, count(*) FROM refused WHERE NOT sent GROUP BY 1 ORDER BY 2 DESC, 1"
        with self._open() as db:
            return dict(db.execute(sql).fetchall())

    def retry(self, numbers: Sequence[int] | None = None, edits: Mapping[str, Any] | None = None) -> pa.Table:
        """Return waiting rows as a raw table for the border, its `row` being the number here.

        numbers    which; all that wait if none are named
        edits      field -> value that replaces what was sent, in the log's terms; None takes it away
        """
        _known("quarantine", edits or {})
        held = self.list(-1) if numbers is None else tuple(self.show(number) for number in numbers)
        waiting = [one for one in held if not one.sent]
        return _raw([one.number for one in waiting], [json.loads(one.body) | dict(edits or {}) for one in waiting])

    def retry_file(self, path: Path) -> pa.Table:
        """Return rows mended in a JSON Lines file: `number`, and the fields to replace."""
        numbers, bodies = [], []
        for place, line in enumerate(_lines(path), 1):
            edits = _mended(f"{path.name} line {place}", line)
            held = self.show(edits.pop("number"))
            if not held.sent:
                numbers.append(held.number)
                bodies.append(json.loads(held.body) | edits)
        return _raw(numbers, bodies)

    def sent(self, numbers: Sequence[int]) -> None:
        """Mark rows that have entered the log."""
        with self._open() as db:
            db.executemany("UPDATE refused SET sent = 1 WHERE number = ?", [(int(number),) for number in numbers])

    def named(self, field: str, name: str) -> int:
        """Return how many rows, sent ones among them, have a name in a field; see `forget`."""
        return len(self._named(field, name)) if self.path.exists() else 0

    def forget(self, field: str, name: str) -> int:
        """Remove the rows that have a name in a field, leaving nothing in the file; return how many.

        Of a line that could not be cut into fields it is not known what its words are: it goes if the name is one.
        """
        if not self.path.exists():
            return 0
        numbers = self._named(field, name)
        with self._open() as db:
            db.executemany("DELETE FROM refused WHERE number = ?", [(number,) for number in numbers])
        with self._open() as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(numbers)

    def _named(self, field: str, name: str) -> builtins.list[int]:
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        with self._open() as db:
            rows = ((number, json.loads(body)) for number, body in db.execute("SELECT number, body FROM refused"))
            return [
                number
                for number, body in rows
                if str(body.get(field)) == name or (body.keys() == {"line"} and word.search(str(body["line"])))
            ]

    def _held(self, sql: str, values: tuple[Any, ...]) -> tuple[Held, ...]:
        with self._open() as db:
            return tuple(Held._make((*row[:-1], bool(row[-1]))) for row in db.execute(sql, values))


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(expected(str(path), "a JSON Lines file in UTF-8", str(error))) from None


def _mended(where: str, line: str) -> dict[str, Any]:
    try:
        edits = json.loads(line)
    except ValueError:
        edits = None
    if not isinstance(edits, dict) or not isinstance(edits.get("number"), int):
        raise UserError(expected(where, 'a JSON object with "number" and the fields to replace', line))
    _known(where, edits)
    return edits


def _known(where: str, edits: Iterable[str]) -> None:
    for name in edits:
        if name != "number" and name not in FIELDS:
            raise UserError(unknown(where, "fields", FIELDS, name))


def _raw(numbers: Sequence[int], bodies: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return bodies as text, for the border to read again."""
    columns = {ROW: pa.array(numbers, pa.int64())}
    for name in FIELDS:
        values = [body.get(name) for body in bodies]
        if any(value is not None for value in values):
            columns[name] = pa.array([_text(value) for value in values], pa.string())
    return pa.table(columns)


def _text(value: object) -> str | None:
    """Return a value as text; half a surrogate pair, which JSON can carry, becomes a question mark."""
    return None if value is None else str(value).encode(errors="replace").decode()
