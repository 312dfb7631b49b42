"""The tail: live rows in the database, until they are sealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.events.schema import SCHEMA
from evercart.log.columns import STAMPED, encoded
from evercart.log.database import Database

_AT_ONCE: Final = 1 << 12  # rows removed in one commit
_STAMPED: Final = ", ".join(f'"{name}"' for name in STAMPED.names)


class Tail:
    """The table `events`; its ids are held in memory too, as far as they were committed."""

    def __init__(self, database: Database, key: int) -> None:
        self._database = database
        self._key = key
        self._offsets: dict[str, int] = {}
        self._from, self._to = 0, 0  # the stretch whose ids are held

    def insert(self, table: pa.Table, first: int, logged_us: NDArray[np.int64]) -> None:
        """Add rows of `SCHEMA` at `first` and after."""
        rows = table.num_rows
        named = zip(SCHEMA.names, table.columns, strict=True)
        sent = {name: column.to_pylist() for name, column in named if column.null_count < rows}
        columns = ", ".join(f'"{name}"' for name in ("offset", "logged_us", *sent))
        places = ", ".join("?" * (len(sent) + 2))
        values = zip(range(first, first + rows), logged_us.tolist(), *sent.values(), strict=True)
        self._database.many(f"INSERT INTO events ({columns}) VALUES ({places})", values)

    def rows(
        self, start: int, stop: int, columns: Sequence[str] = STAMPED.names, kinds: Collection[int] | None = None
    ) -> pa.Table:
        """Return columns of the rows of [start, stop) as in `STAMPED`, only rows of these kinds if any are named."""
        named = ", ".join(f'"{name}"' for name in columns)
        return _table(self._between(named, start, stop, kinds), pa.schema([STAMPED.field(name) for name in columns]))

    def numbers(
        self, start: int, stop: int, columns: Sequence[str], kinds: Collection[int] | None = None
    ) -> dict[str, NDArray[Any]]:
        """Return columns of [start, stop) as `Events` holds them, only rows of these kinds if any are named."""
        schema = pa.schema([STAMPED.field(name) for name in columns])
        named = ", ".join(f'"{name}"' for name in columns)
        table = _table(self._between(named, start, stop, kinds), schema)
        return {name: np.require(encoded(table[name], name, self._key), requirements="W") for name in columns}

    def _between(
        self, columns: str, start: int, stop: int, kinds: Collection[int] | None = None
    ) -> list[tuple[Any, ...]]:
        only = "" if kinds is None else f"AND kind IN ({', '.join('?' * len(kinds))})"
        sql = f'SELECT {columns} FROM events WHERE "offset" >= ? AND "offset" < ? {only} ORDER BY "offset"'
        return self._database.rows(sql, start, stop, *map(int, kinds or ()))

    def at(self, offsets: NDArray[np.int64]) -> pa.Table:
        """Return single rows, in this order, in `STAMPED`."""
        sql = f'SELECT {_STAMPED} FROM events WHERE "offset" = ?'
        return _table([row for at in offsets.tolist() for row in self._database.rows(sql, at)], STAMPED)

    def find(self, names: pa.ChunkedArray, start: int, stop: int) -> NDArray[np.int64]:
        """Return the offset in [start, stop), which is the whole tail, of each id, (rows,), or -1."""
        self._follow(start, stop)
        if not self._offsets:
            return np.full(len(names), -1, np.int64)
        held = self._offsets
        return np.array([held.get(name, -1) for name in names.to_pylist()], np.int64)

    def _follow(self, start: int, stop: int) -> None:
        """Hold the ids of [start, stop): others may have added rows, or sealed them."""
        if start != self._from or stop < self._to:
            self._offsets, self._from, self._to = {}, start, start
        if stop > self._to:
            self._offsets.update(
                (name, at) for name, at in self._between('id, "offset"', self._to, stop) if name is not None
            )
            self._to = stop

    def clear(self) -> None:
        """Remove all rows: they stand in segments now."""
        self._database.rows("DELETE FROM events")

    def clear_some(self, below: int) -> bool:
        """Remove at most so many rows below an offset that a commit stays short; return whether there were any."""
        sql = 'DELETE FROM events WHERE "offset" IN (SELECT "offset" FROM events WHERE "offset" < ? LIMIT ?)'
        return bool(self._database.rows(f'{sql} RETURNING "offset"', below, _AT_ONCE))


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)
