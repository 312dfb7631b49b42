"""Tables: a log's rows on a database server, with the hashes of names beside the names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import TOMBSTONE
from evercart.events.schema import SCHEMA
from evercart.log import wire
from evercart.log.columns import HASHED, STAMPED, encoded
from evercart.log.ids import Erased, Ids
from evercart.log.server import Connection, Server
from evercart.log.stamps import key_mark

VERSION: Final = 1
_SQL_TYPES: Final = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.int16(): "smallint",
    pa.float64(): "double precision",
    pa.binary(): "bytea",
}
_HASHES: Final = {name: f"{name}_hash" for name in HASHED}
COLUMNS: Final = {
    "offset": "bigint PRIMARY KEY",
    "logged_us": "bigint NOT NULL",
    **{f.name: _SQL_TYPES[f.type] for f in SCHEMA},
    **{stored: "smallint" if name == "currency" else "bigint" for name, stored in _HASHES.items()},
    "id_low": "bigint",  # the second half of the id's 128 bits
}
_ID: Final = f"CASE WHEN kind <> {TOMBSTONE} THEN id_hash END"
_LIST: Final = ", ".join(f'"{name}"' for name in STAMPED.names)


class Tables:
    """The schema of one log; range partitions over `offset` would change nothing here.

    meta     one row: version, a mark of the shop's key, next offset, last log time, where live begins
    imports  how many rows of each import were consumed
    events   one row an offset; null where nothing was sent
    """

    def __init__(self, server: Server, key: int) -> None:
        self._server, self._key = server, key
        self._meta, self._imports, self._events = (
            f'"{server.address.schema}".{name}' for name in ("meta", "imports", "events")
        )

    def prepare(self) -> None:
        """Make what is not there; write nothing where all of it is, so that a reader needs no more than to read."""
        if not self._is_there():
            self._server.commit(self._make)
        else:
            self._require_fit(self._server.rows)
            if self._lacking(self._server.rows):
                self._server.commit(self._widen)

    def _is_there(self) -> bool:
        ((found,),) = self._server.rows("SELECT to_regclass(%s) IS NOT NULL", self._meta)
        return bool(found)

    def _make(self, connection: Connection) -> None:
        schema = self._server.address.schema
        rows = _asker(connection)
        ((encoding,),) = rows("SELECT current_setting('server_encoding')")
        require(encoding == "UTF8", self._server.address.shown, "a database in UTF8", encoding)
        if not rows("SELECT 1 FROM pg_namespace WHERE nspname = %s", schema):
            connection.execute(f'CREATE SCHEMA "{schema}"')
        if not rows("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", self._meta):
            for sql in self._statements():
                connection.execute(sql)
            connection.execute(f"INSERT INTO {self._meta} VALUES (%s, %s, 0, 0, NULL)", (VERSION, self._mark()))
        self._require_fit(rows)

    def _statements(self) -> Iterator[str]:
        columns = ", ".join(f'"{name}" {sql}' for name, sql in COLUMNS.items())
        yield (
            f"CREATE TABLE {self._meta} (version integer NOT NULL, mark bigint NOT NULL, next_offset bigint NOT NULL,"
            " last_us bigint NOT NULL, live_from bigint)"
        )
        yield (
            f"CREATE TABLE {self._imports} (name text PRIMARY KEY, consumed bigint NOT NULL, finished boolean NOT NULL)"
        )
        yield f"CREATE TABLE {self._events} ({columns})"
        yield f"CREATE INDEX ON {self._events} (id_hash)"

    def _mark(self) -> int:
        """Return what tells one key from another, and does not tell the key."""
        return key_mark(self._key)

    def _require_fit(self, rows: Any) -> None:
        ((version,),) = rows(f"SELECT version FROM {self._meta}")
        require(version <= VERSION, "log.version", f"at most {VERSION}", version)
        ((mark,),) = rows(f"SELECT mark FROM {self._meta}")
        require(mark == self._mark(), "log.key", "the key this log was begun with", "another")

    def _lacking(self, rows: Any) -> list[str]:
        """Return the columns of properties declared since the log was begun."""
        sql = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
        there = {name for (name,) in rows(sql, self._events)}
        return [name for name in COLUMNS if name not in there]

    def _widen(self, connection: Connection) -> None:
        for name in self._lacking(_asker(connection)):
            connection.execute(f'ALTER TABLE {self._events} ADD COLUMN "{name}" {COLUMNS[name]}')

    def facts(self, connection: Connection | None = None) -> tuple[int, int, int | None]:
        """Return next offset, last log time, where live begins; with a connection, as its transaction sees them."""
        rows = _asker(connection) if connection else self._server.rows
        (found,) = rows(f"SELECT next_offset, last_us, live_from FROM {self._meta}")
        return found

    def progress(self, name: str, connection: Connection | None = None) -> tuple[int, bool]:
        """Return how many rows of an import were consumed, and whether it is finished."""
        rows = _asker(connection) if connection else self._server.rows
        found: tuple[int, bool]
        (found,) = rows(f"SELECT consumed, finished FROM {self._imports} WHERE name = %s", name) or [(0, False)]
        return found

    def all_progress(self) -> dict[str, tuple[int, bool]]:
        """Return the progress of every import, by name."""
        found = self._server.rows(f"SELECT name, consumed, finished FROM {self._imports} ORDER BY name")
        return {name: (consumed, finished) for name, consumed, finished in found}

    def set_progress(self, connection: Connection, name: str, consumed: int, finished: bool) -> None:
        """Remember how far an import came."""
        connection.execute(
            f"INSERT INTO {self._imports} VALUES (%s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET consumed = EXCLUDED.consumed, finished = EXCLUDED.finished",
            (name, consumed, finished),
        )

    def insert(
        self,
        connection: Connection,
        rows: pa.Table,
        first: int,
        logged_us: NDArray[np.int64],
        ids: Ids,
        live_from: int | None,
    ) -> int:
        """Add rows of `SCHEMA` at `first` and after; tell whoever waits, at the commit; return the next offset."""
        if not rows.num_rows:
            return first
        columns = self._columns(rows, first, logged_us, ids)
        names = ", ".join(f'"{name}"' for name in columns)
        with connection.cursor().copy(f"COPY {self._events} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(wire.HEADER)
            for block in wire.blocks(columns):
                copy.write(block)
            copy.write(wire.END)
        stop: int = first + rows.num_rows
        connection.execute(
            f"WITH moved AS (UPDATE {self._meta} SET next_offset = %s, last_us = %s, live_from = %s"
            " RETURNING next_offset) SELECT pg_notify(%s, next_offset::text) FROM moved",
            (stop, int(logged_us[-1]), live_from, self._server.channel),
        )
        return stop

    def _columns(self, rows: pa.Table, first: int, logged_us: NDArray[np.int64], ids: Ids) -> dict[str, Any]:
        """Return what is stored of rows: only the columns in which something was sent."""
        found: dict[str, Any] = {"offset": np.arange(first, first + rows.num_rows), "logged_us": logged_us}
        if ids.high.any():  # those of erased rows stay, without the ids
            found["id_hash"], found["id_low"] = _signed(ids.high), _signed(ids.low)
        for name in SCHEMA.names:
            if rows[name].null_count == rows.num_rows:
                continue
            found[name] = rows[name]
            if name in _HASHES and name != "id":
                found[_HASHES[name]] = _signed(encoded(rows[name], name, self._key))
        return found

    def blank(self, connection: Connection, offsets: NDArray[np.int64], columns: Collection[str] | None) -> None:
        """Empty these columns of rows, or leave tombstones; only the hashes of their ids stay."""
        said = SCHEMA.names if columns is None else columns
        gone = [name for name in said if name not in ("kind", "event_us")]
        gone += [_HASHES[name] for name in gone if name in _HASHES and name != "id"]
        changed = [f'"{name}" = NULL' for name in gone]
        if columns is None:
            changed += [f"kind = {TOMBSTONE}", "event_us = logged_us"]
        where = f'"offset" = ANY(%b) AND kind <> {TOMBSTONE}'
        if changed and len(offsets):
            connection.execute(f"UPDATE {self._events} SET {', '.join(changed)} WHERE {where}", (offsets.tolist(),))

    def reuse(self) -> None:
        """Ask the server to make room of what was replaced; a user who may not is not told."""
        self._server.rows(f"VACUUM {self._events}")

    def erased(self, start: int, stop: int) -> Erased:
        """Return what is left of the ids of tombstones in [start, stop)."""
        found = self._server.rows(
            f'SELECT "offset", id_hash, id_low FROM {self._events} WHERE kind = {TOMBSTONE} AND id_hash IS NOT NULL'
            ' AND "offset" >= %s AND "offset" < %s ORDER BY "offset"',
            start,
            stop,
        )
        offset, high, low = np.array(found, np.int64).reshape(-1, 3).T
        return Erased(offset.copy(), high.astype(np.uint64), low.astype(np.uint64))

    def find(self, connection: Connection, ids: Ids) -> NDArray[np.int64]:
        """Return the offset at which each id's hashes stand, (rows,), or -1."""
        found = np.full(len(ids.high), -1, np.int64)
        sent = np.flatnonzero(ids.high)
        high, low = ids.high.view(np.int64)[sent], ids.low.view(np.int64)[sent]
        sql = f'SELECT id_hash, id_low, "offset" FROM {self._events} WHERE id_hash = ANY(%b)'
        if not len(sent):
            return found
        stands = {(a, b): at for a, b, at in connection.execute(sql, (high.tolist(),))}
        if stands:
            pairs = zip(high.tolist(), low.tolist(), strict=True)
            found[sent] = [stands.get(pair, -1) for pair in pairs]
        return found

    def at(self, offsets: NDArray[np.int64]) -> pa.Table:
        """Return committed rows, in this order, in `STAMPED`."""
        unique, order = np.unique(offsets, return_inverse=True)
        if not len(unique):
            return STAMPED.empty_table()
        sql = f'SELECT {_LIST} FROM {self._events} WHERE "offset" = ANY({{}}::bigint[]) ORDER BY "offset"'
        return self._server.table(sql, unique.tolist()).cast(STAMPED).take(order)

    def names(
        self, start: int, stop: int, kinds: Collection[int] | None, rows: int, columns: Sequence[str]
    ) -> pa.Table:
        """Return columns of the first `rows` rows of [start, stop), as in `STAMPED`."""
        asked = dict.fromkeys(columns)
        listed = ", ".join(f'"{name}"' for name in asked)
        schema = pa.schema([STAMPED.field(name) for name in asked])
        return self._between(listed, start, stop, kinds, rows).cast(schema)

    def numbers(
        self, start: int, stop: int, columns: Sequence[str], kinds: Collection[int] | None, rows: int
    ) -> Events:
        """Return columns of the first `rows` rows of [start, stop)."""
        listed = ", ".join(_ID if name == "id" else f'"{_HASHES.get(name, name)}"' for name in columns)
        table = self._between(listed, start, stop, kinds, rows)
        return Events({name: _read(table[place], name) for place, name in enumerate(columns)})

    def _between(self, listed: str, start: int, stop: int, kinds: Collection[int] | None, rows: int) -> pa.Table:
        asked = "" if kinds is None else " AND kind = ANY({3}::smallint[])"
        sql = (
            f'SELECT {listed} FROM {self._events} WHERE "offset" >= {{0}} AND "offset" < {{1}}{asked}'
            ' ORDER BY "offset" LIMIT {2}'
        )
        return self._server.table(sql, start, stop, rows, sorted(kinds or ()))

    def faults(self) -> list[str]:
        """Return one text for each way in which the rows are not what the facts say."""
        next_offset, last_us, _ = self.facts()
        sql = (
            'SELECT count(*), count(*) FILTER (WHERE "offset" <> place), coalesce(max(logged_us), 0),'
            f' count(*) FILTER (WHERE logged_us < before) FROM (SELECT "offset", logged_us, row_number() OVER w - 1'
            f' AS place, lag(logged_us) OVER w AS before FROM {self._events} WHERE "offset" < %s'
            ' WINDOW w AS (ORDER BY "offset")) AS stamped'
        )
        ((rows, astray, newest, back),) = self._server.rows(sql, next_offset)
        rules = (
            (rows == next_offset, f"{next_offset} rows", rows),
            (not astray, "offsets without a gap", f"{astray} astray"),
            (not back, "log time that never goes back", f"{back} rows before the row before them"),
            (newest <= last_us, f"log time up to {last_us}", newest),
        )
        return [f"{self._events}: expected {rule}, got {got}" for holds, rule, got in rules if not holds]


def _asker(connection: Connection) -> Any:
    return lambda sql, *values: connection.execute(sql, values).fetchall()


def _signed(hashes: NDArray[Any]) -> pa.Array:
    """Return hashes as the server's signed integers; null where there is no name."""
    values = hashes.view(np.int64) if hashes.dtype == np.uint64 else hashes
    return pa.array(values, mask=values == 0)


def _read(column: pa.ChunkedArray, name: str) -> NDArray[Any]:
    """Return a column as `Events` holds it; it belongs to the reader."""
    if name in _HASHES:
        values = pc.fill_null(column, 0).to_numpy()
        return np.require(values if name == "currency" else values.view(np.uint64), requirements="W")
    return np.require(encoded(column, name, 0), requirements="W")
