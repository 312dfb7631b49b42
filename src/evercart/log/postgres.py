"""The log on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.schema import SCHEMA, conform
from evercart.log import blanks, stamps
from evercart.log.address import parse
from evercart.log.columns import STAMPED, wanted
from evercart.log.ids import NONE_ERASED, Erased, Ids, hash_ids, with_erased
from evercart.log.imports import in_parts
from evercart.log.log import READ_ROWS, Appended, Batches, Refuse
from evercart.log.server import Connection, Server
from evercart.log.sift import sift
from evercart.log.tables import Tables

_LEAST_ROWS: Final = 1 << 12  # asked of the server at once


class PostgresLog:
    """A `Log` that any number of processes, on any number of machines, may read and append to at once.

    Offset with log time are assigned under one advisory lock, which is held to the commit; so the order of
    offsets is the order of commits, and a reader that sees a row sees all rows before it. A server that goes
    away is told by `UserError`, and the next call connects anew. Only where it goes away in mid-commit and stays
    away is it unknown what became of the rows: sent again, those with an id do no harm.
    """

    def __init__(self, url: str, key: int, segment_rows: int) -> None:
        self._key, self._segment_rows = key, segment_rows
        self._server = Server(parse(url))
        self._tables = Tables(self._server, key)
        try:
            self._tables.prepare()
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"PostgresLog({self._server.address.shown})"

    @property
    def key(self) -> int:
        """Return the shop's 64-bit key."""
        return self._key

    @property
    def next_offset(self) -> int:
        """Return the offset that the next row will get."""
        return self._tables.facts()[0]

    @property
    def last_us(self) -> int:
        """Return the log time of the last row; 0 in an empty log."""
        return self._tables.facts()[1]

    @property
    def live_from(self) -> int | None:
        """Return the offset of the heartbeat with which live began."""
        return self._tables.facts()[2]

    def append(self, table: pa.Table, now_us: int, *, own: bool = False) -> Appended:
        """Add checked rows in one commit; see `Log.append`."""
        rows = table if table.schema == SCHEMA else conform(table)
        ids = hash_ids(rows["id"], self._key)
        return self._server.commit(lambda connection: self._append(connection, rows, ids, now_us, own))

    def _append(self, connection: Connection, table: pa.Table, ids: Ids, now_us: int, own: bool) -> Appended:
        next_offset, last_us, live_from = self._tables.facts(connection)
        sifted = sift(table, ids, _Known(self._tables, connection))
        rows, ids = sifted.fresh, sifted.ids
        if live_from is None and own:
            now_us = last_us
        elif live_from is None and rows.num_rows:
            live_from = next_offset
            rows = pa.concat_tables([stamps.heartbeat_row(max(now_us, last_us), begins=True), rows])
            ids = hash_ids(rows["id"], self._key)
        logged_us = stamps.live(now_us, last_us, rows.num_rows)
        stop = self._tables.insert(connection, rows, next_offset, logged_us, ids, live_from)
        return Appended(sifted.fresh.num_rows, sifted.duplicates, 0, sifted.refused, stop, sifted.same, sifted.other)

    def heartbeat(self, now_us: int) -> bool:
        """Add a heartbeat row to a live log whose last row is older than now."""
        rows = stamps.heartbeat_row(now_us)
        ids = hash_ids(rows["id"], self._key)

        def beat(connection: Connection) -> bool:
            next_offset, last_us, live_from = self._tables.facts(connection)
            due = live_from is not None and now_us > last_us
            if due:
                self._tables.insert(connection, rows, next_offset, np.array([now_us]), ids, live_from)
            return due

        return self._server.commit(beat)

    def import_history(self, name: str, batches_from: Batches, *, refuse: Refuse | None = None) -> Appended:
        """Add history in commits of one size; see `Log.import_history`."""
        progress = self._tables.progress(name)

        def commit(consumed: int, table: pa.Table, last: bool, refuse: Refuse) -> Appended:
            ids = hash_ids(table["id"], self._key)
            return self._server.commit(lambda at: self._import(at, name, consumed, table, ids, last, refuse))

        said = in_parts(progress, batches_from, self._segment_rows, commit, refuse)
        return Appended(said.added, said.duplicates, said.late, said.refused, self.next_offset)

    def _import(
        self, connection: Connection, name: str, consumed: int, table: pa.Table, ids: Ids, last: bool, refuse: Refuse
    ) -> Appended:
        there = self._tables.progress(name, connection)
        require(there == (consumed, False), f"import {name}", f"{consumed} rows imported so far", there[0])
        next_offset, last_us, live_from = self._tables.facts(connection)
        sifted = sift(table, ids, _Known(self._tables, connection))
        event_us = sifted.fresh["event_us"].to_numpy()
        logged_us = stamps.history(event_us, last_us)
        stop = self._tables.insert(connection, sifted.fresh, next_offset, logged_us, sifted.ids, live_from)
        self._tables.set_progress(connection, name, consumed + table.num_rows, last)
        if sifted.refused.num_rows:
            refuse(sifted.refused)
        late = int(np.count_nonzero(event_us < logged_us))
        return Appended(len(event_us), sifted.duplicates, late, sifted.refused, stop)

    def imported(self, name: str) -> bool:
        """Return whether an import of this name was finished."""
        return self._tables.progress(name)[1]

    def imports(self) -> dict[str, tuple[int, bool]]:
        """Return of each import how many rows were consumed, and whether it is finished."""
        return self._tables.all_progress()

    def adopt(self, rows: pa.Table, imports: Mapping[str, tuple[int, bool]], erased: Erased = NONE_ERASED) -> None:
        """Add rows of another log as they stand there; see `Log.adopt`."""
        ids = hash_ids(rows["id"], self._key)

        def work(connection: Connection) -> None:
            next_offset, last_us, live_from = self._tables.facts(connection)
            begins = stamps.adopted(rows, next_offset, last_us)
            logged_us = rows["logged_us"].to_numpy()
            live_from = begins if live_from is None else live_from
            known = with_erased(ids, next_offset, erased)
            self._tables.insert(connection, rows.select(SCHEMA.names), next_offset, logged_us, known, live_from)
            for name, (consumed, finished) in imports.items():
                self._tables.set_progress(connection, name, consumed, finished)

        self._server.commit(work)

    def blank(self, offsets: Sequence[int] | NDArray[np.int64], columns: Collection[str] | None = None) -> None:
        """Let rows say nothing more; see `Log.blank`.

        The server is asked to reuse their room at once; when it overwrites it, as its own journal, is its business.
        """
        asked = blanks.asked(offsets, columns, self.next_offset)
        self._server.commit(lambda connection: self._tables.blank(connection, asked, columns))
        self._tables.reuse()

    def erased(self, start: int, stop: int) -> Erased:
        """Return what is left of the ids of tombstones; see `Log.erased`."""
        return self._tables.erased(start, stop)

    def read(
        self,
        start: int,
        stop: int | None = None,
        *,
        columns: Sequence[str] = (),
        kinds: Collection[int] | None = None,
        rows: int = READ_ROWS,
    ) -> Iterator[Events]:
        """Yield the rows of [start, stop) in order; see `Log.read`."""
        require(start >= 0, "read.start", "at least 0", start)
        require(rows > 0, "read.rows", "at least 1", rows)
        end = self.next_offset if stop is None else min(stop, self.next_offset)
        return self._read(start, end, wanted(columns), kinds, rows)

    def _read(
        self, start: int, stop: int, columns: Sequence[str], kinds: Collection[int] | None, rows: int
    ) -> Iterator[Events]:
        asked = max(rows, _LEAST_ROWS)
        while start < stop and _any(kinds):
            events = self._tables.numbers(start, stop, columns, kinds, asked)
            for at in range(0, len(events), rows):
                yield events.rows(slice(at, at + rows))
            start = int(events.offset[-1]) + 1 if len(events) == asked else stop

    def names(
        self, start: int, stop: int, kinds: Collection[int] | None = None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the rows of [start, stop) as they were sent; see `Log.names`."""
        asked = STAMPED.names if columns is None else list(columns)
        parts = [STAMPED.empty_table().select(asked)]
        while start < stop and _any(kinds):
            found = self._tables.names(start, stop, kinds, READ_ROWS, ("offset", *asked))
            parts.append(found.select(asked))
            start = found["offset"][-1].as_py() + 1 if found.num_rows == READ_ROWS else stop
        return pa.concat_tables(parts)

    def find(self, ids: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the offset at which the row with each id stands; see `Log.find`."""
        hashes = hash_ids(ids, self._key)
        return self._server.commit(lambda connection: self._tables.find(connection, hashes))

    def wait(self, offset: int, timeout_s: float) -> bool:
        """Wait until the row at an offset is committed; see `Log.wait`."""
        return self._server.wait(lambda: self.next_offset > offset, timeout_s)

    def seal(self) -> None:
        """Do nothing: rows stay where they are."""

    def sync(self) -> None:
        """Do nothing: whatever can be read is durable."""

    def tidy(self) -> None:
        """Do nothing: rows stay where they are."""

    def verify(self) -> list[str]:
        """Return one text for each way in which the rows are not what was committed."""
        return self._tables.faults()

    def close(self) -> None:
        """Close the connections."""
        self._server.close()


def _any(kinds: Collection[int] | None) -> bool:
    return kinds is None or len(kinds) > 0


class _Known(NamedTuple):
    """A log as it stands inside a transaction; see `sift.Known`."""

    tables: Tables
    connection: Connection

    def find(self, ids: Ids, names: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the offset at which each id seems to stand, (rows,), or -1."""
        return self.tables.find(self.connection, ids)

    def at(self, offsets: NDArray[np.int64]) -> pa.Table:
        """Return these rows, in this order, in `columns.STAMPED`; they were committed before, by whomever."""
        return self.tables.at(offsets)
