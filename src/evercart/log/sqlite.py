"""The log in one directory: live rows in SQLite, sealed ones in segments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.durable import make_folder
from evercart.errors import UserError, require
from evercart.events.batch import Events
from evercart.events.schema import SCHEMA, conform
from evercart.log import blanks, stamps
from evercart.log.archive import FOLDER, Archive
from evercart.log.columns import STAMPED, wanted
from evercart.log.database import Database
from evercart.log.faults import plainly
from evercart.log.files import fault, require_size
from evercart.log.follow import poll
from evercart.log.ids import NONE_ERASED, Erased, hash_ids, with_erased
from evercart.log.imports import in_parts
from evercart.log.known import Known
from evercart.log.log import READ_ROWS, Appended, Batches, Log, Refuse
from evercart.log.segments import SEGMENT_ROWS, holds, read_numbers
from evercart.log.sift import Sifted, sift
from evercart.log.tail import Tail

TAIL_ROWS: Final = 1 << 17
DATABASE: Final = "log.db"
P = ParamSpec("P")
T = TypeVar("T")


def open_log(folder: Path, key: int, *, segment_rows: int = SEGMENT_ROWS, tail_rows: int = TAIL_ROWS) -> Log:
    """Open the log in a folder, or begin one; the caller closes it.

    key           the shop's 64-bit hash key
    segment_rows  of a sealed segment, at most: what one commit of an import holds
    tail_rows     live rows that stand in the database before they are sealed
    """
    with plainly(folder):
        make_folder(folder / FOLDER)
        lost = not (folder / DATABASE).exists() and any((folder / FOLDER).iterdir())
    require(not lost, str(folder / DATABASE), "the database that knows the segments beside it", "no such file")
    return SqliteLog(folder, key, segment_rows, tail_rows)


class SqliteLog:
    """A `Log` that several processes may read and append to at once; each commit takes the database's lock.

    What is held in memory follows what was committed, at the start of every transaction; so a failed commit
    leaves nothing to undo.
    """

    def __init__(self, folder: Path, key: int, segment_rows: int, tail_rows: int) -> None:
        self._key, self._segment_rows, self._tail_rows = key, segment_rows, tail_rows
        self._database = Database(folder / DATABASE)
        self._archive = Archive(folder, self._database, key)
        self._tail = Tail(self._database, key)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        with self._database.writing():
            mark = stamps.key_mark(self._key)
            begun = {"generation": 0, "next_offset": 0, "last_us": 0, "live_from": None, "key": mark}
            meta = {**begun, **self._database.meta()}
            require(meta["key"] == mark, "log.key", "the key this log was begun with", "another")
            self._database.set_meta(**meta)
            self._archive.follow(meta["generation"])
            for stored in self._archive.stored():
                require_size(self._archive.folder, stored)
            self._archive.sweep()

    @property
    def key(self) -> int:
        """Return the shop's 64-bit key."""
        return self._key

    @property
    def next_offset(self) -> int:
        """Return the offset that the next row will get."""
        return int(self._database.meta()["next_offset"])

    @property
    def last_us(self) -> int:
        """Return the log time of the last row; 0 in an empty log."""
        return int(self._database.meta()["last_us"])

    @property
    def live_from(self) -> int | None:
        """Return the offset of the heartbeat with which live began."""
        found: int | None = self._database.meta()["live_from"]
        return found

    @contextmanager
    def _reading(self) -> Iterator[dict[str, Any]]:
        with self._database.reading():
            meta = self._database.meta()
            self._archive.follow(meta["generation"])
            yield meta

    @contextmanager
    def _writing(self) -> Iterator[dict[str, Any]]:
        """Hold the lock that orders the log, with the facts as they stand."""
        try:
            with self._database.writing():
                meta = self._database.meta()
                self._archive.follow(meta["generation"])
                yield meta
        except BaseException:
            self._archive.forget()
            raise
        self._archive.committed()

    def append(self, table: pa.Table, now_us: int, *, own: bool = False) -> Appended:
        """Add checked rows in one commit; see `Log.append`."""
        with self._writing() as meta:
            sifted = self._sift(table if table.schema == SCHEMA else conform(table), meta["next_offset"])
            rows, live_from = sifted.fresh, meta["live_from"]
            if live_from is None and own:
                now_us = meta["last_us"]
            elif live_from is None and rows.num_rows:
                live_from = meta["next_offset"]
                rows = pa.concat_tables([stamps.heartbeat_row(max(now_us, meta["last_us"]), begins=True), rows])
            next_offset = self._add_live(rows, now_us, meta, live_from)
        if next_offset - self._archive.stop > self._tail_rows:
            self.seal()
        return Appended(
            sifted.fresh.num_rows, sifted.duplicates, 0, sifted.refused, next_offset, sifted.same, sifted.other
        )

    def heartbeat(self, now_us: int) -> bool:
        """Add a heartbeat row to a live log whose last row is older than now."""
        with self._writing() as meta:
            due = meta["live_from"] is not None and now_us > meta["last_us"]
            if due:
                self._add_live(stamps.heartbeat_row(now_us), now_us, meta, meta["live_from"])
        return due

    def _add_live(self, rows: pa.Table, now_us: int, meta: dict[str, Any], live_from: int | None) -> int:
        """Put rows at the end of the tail; return the next offset."""
        first = int(meta["next_offset"])
        if not rows.num_rows:
            return first
        logged_us = stamps.live(now_us, meta["last_us"], rows.num_rows)
        self._tail.insert(rows, first, logged_us)
        self._database.set_meta(next_offset=first + rows.num_rows, last_us=int(logged_us[-1]), live_from=live_from)
        return first + len(logged_us)

    def _sift(self, table: pa.Table, next_offset: int) -> Sifted:
        return sift(table, hash_ids(table["id"], self._key), Known(self._archive, self._tail, next_offset))

    def import_history(self, name: str, batches_from: Batches, *, refuse: Refuse | None = None) -> Appended:
        """Add history straight to segments; see `Log.import_history`."""
        said = in_parts(
            self._progress(name),
            batches_from,
            self._segment_rows,
            lambda consumed, table, last, refuse: self._import(name, consumed, table, last, refuse),
            refuse,
        )
        return Appended(said.added, said.duplicates, said.late, said.refused, self.next_offset)

    def imported(self, name: str) -> bool:
        """Return whether an import of this name was finished."""
        return self._progress(name)[1]

    def imports(self) -> dict[str, tuple[int, bool]]:
        """Return of each import how many rows were consumed, and whether it is finished."""
        found = self._database.rows("SELECT name, consumed, finished FROM imports ORDER BY name")
        return {name: (consumed, bool(finished)) for name, consumed, finished in found}

    def adopt(self, rows: pa.Table, imports: Mapping[str, tuple[int, bool]], erased: Erased = NONE_ERASED) -> None:
        """Seal rows of another log as they stand there; see `Log.adopt`."""
        with self._writing() as meta:
            begins = stamps.adopted(rows, meta["next_offset"], meta["last_us"])
            self._seal(meta["next_offset"])
            logged_us = rows["logged_us"].to_numpy()
            ids = with_erased(hash_ids(rows["id"], self._key), meta["next_offset"], erased)
            self._archive.add(rows.select(SCHEMA.names), logged_us, ids)
            if len(logged_us):
                live_from = begins if meta["live_from"] is None else meta["live_from"]
                self._database.set_meta(next_offset=self._archive.stop, last_us=int(logged_us[-1]), live_from=live_from)
            progress = [(name, consumed, finished) for name, (consumed, finished) in imports.items()]
            self._database.many("INSERT OR REPLACE INTO imports VALUES (?, ?, ?)", progress)

    def blank(self, offsets: Sequence[int] | NDArray[np.int64], columns: Collection[str] | None = None) -> None:
        """Let rows say nothing more; see `Log.blank`.

        Live rows are sealed first, so that the id index knows them. What the commit replaced is removed after it.
        """
        with self._writing() as meta:
            asked = blanks.asked(offsets, columns, meta["next_offset"])
            if len(asked) and asked[-1] >= self._archive.stop:
                self._seal(meta["next_offset"])
            self._archive.blank(asked, columns)
        with self._writing():
            self._archive.sweep()
        self._database.scrub()

    def erased(self, start: int, stop: int) -> Erased:
        """Return what is left of the ids of tombstones; see `Log.erased`."""
        return self._whole(self._erased, start, stop)

    def _erased(self, start: int, stop: int) -> Erased:
        with self._reading():
            return self._archive.erased(start, stop)

    def _progress(self, name: str) -> tuple[int, bool]:
        """Return how many rows of an import were consumed, and whether it is finished."""
        rows = self._database.rows("SELECT consumed, finished FROM imports WHERE name = ?", name) or [(0, 0)]
        return rows[0][0], bool(rows[0][1])

    def _import(self, name: str, consumed: int, table: pa.Table, last: bool, refuse: Refuse) -> Appended:
        """Commit one stretch of an import, with the count that says where to go on."""
        with self._writing() as meta:
            there = self._progress(name)
            require(there == (consumed, False), f"import {name}", f"{consumed} rows imported so far", there[0])
            self._seal(meta["next_offset"])
            sifted = self._sift(table, meta["next_offset"])
            event_us = sifted.fresh["event_us"].to_numpy()
            logged_us = stamps.history(event_us, meta["last_us"])
            self._archive.add(sifted.fresh, logged_us, sifted.ids)
            self._database.rows(
                "INSERT OR REPLACE INTO imports VALUES (?, ?, ?)", name, consumed + table.num_rows, last
            )
            if len(logged_us):
                self._database.set_meta(next_offset=self._archive.stop, last_us=int(logged_us[-1]))
            if sifted.refused.num_rows:
                refuse(sifted.refused)
        late = int(np.count_nonzero(event_us < logged_us))
        return Appended(len(event_us), sifted.duplicates, late, sifted.refused, self._archive.stop)

    def sync(self) -> None:
        """Make durable whatever was read from it; see `Log.sync`."""
        self._database.sync()

    def tidy(self) -> None:
        """Seal live rows if they have become many; see `Log.tidy`."""
        with self._reading() as meta:
            many = meta["next_offset"] - self._archive.stop > self._tail_rows
        if many:
            self.seal()

    def seal(self) -> None:
        """Move live rows into sealed segments; who appends meanwhile waits only for the manifest's commits."""
        while not self._seal_ahead():
            pass
        while self._cleared_some():
            pass

    def _seal_ahead(self) -> bool:
        """Seal one segment, whose files are written before the lock is taken; return whether nothing is left."""
        with self._reading() as meta:
            first, stop = self._archive.stop, meta["next_offset"]
        stop = min(first + self._segment_rows, stop)
        if first >= stop:
            return True
        rows = self._tail.rows(first, stop)
        if rows.num_rows < stop - first:  # others have sealed them since
            return False
        ids = hash_ids(rows["id"], self._key)
        try:
            segment = self._archive.written(rows.select(SCHEMA.names), first, rows["logged_us"].to_numpy(), ids)
            with self._writing():
                if self._archive.stop == first:  # else others have sealed them, or blanked some
                    self._archive.add_written(segment, ids)
        except UserError:  # swept away by somebody who opened the log just now
            with self._writing() as meta:
                self._seal(meta["next_offset"])
        return False

    def _cleared_some(self) -> bool:
        """Remove some rows that are sealed by now, in a commit of their own; return whether there were any."""
        with self._writing():
            return self._tail.clear_some(self._archive.stop)

    def _seal(self, next_offset: int) -> None:
        while (first := self._archive.stop) < next_offset:
            rows = self._tail.rows(first, min(first + self._segment_rows, next_offset))
            self._archive.add(rows.select(SCHEMA.names), rows["logged_us"].to_numpy(), hash_ids(rows["id"], self._key))
        self._tail.clear()

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
        while start < stop:
            events, start = self._whole(self._stretch, start, stop, columns, kinds, rows)
            if events is not None:
                yield from _cut(events, kinds, rows)

    def _stretch(
        self, start: int, stop: int, columns: Sequence[str], kinds: Collection[int] | None, rows: int
    ) -> tuple[Events | None, int]:
        """Return the rows of [start, stop) that lie in one place, None if none is of the kinds, with their end."""
        with self._reading():
            segment = self._archive.at(start)
            end = min(segment.stop if segment else start + rows, stop)
            if segment is None:
                numbers = self._tail.numbers(start, end, columns, kinds)
                return Events(numbers) if len(numbers["offset"]) else None, end
        if not holds(segment, kinds):
            return None, end
        numbers = read_numbers(self._archive.folder, segment, columns)
        return Events(numbers).rows(slice(start - segment.first, end - segment.first)), end

    def _whole(self, read: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Return what is read; again, if a file was gone because its segment was written anew meanwhile."""
        while True:
            before = self._database.meta()["generation"]
            try:
                return read(*given, **named)
            except UserError:
                if self._database.meta()["generation"] == before:
                    raise

    def names(
        self, start: int, stop: int, kinds: Collection[int] | None = None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the rows of [start, stop) as they were sent; see `Log.names`."""
        asked = STAMPED.names if columns is None else [STAMPED.field(name).name for name in columns]
        parts = [STAMPED.empty_table().select(asked)]
        while start < stop:
            found, start = self._whole(self._names, start, stop, kinds, asked)
            parts.append(found)
        return pa.concat_tables(parts)

    def _names(
        self, start: int, stop: int, kinds: Collection[int] | None, columns: Sequence[str]
    ) -> tuple[pa.Table, int]:
        """Return the rows of [start, stop) that lie in one place, with their end."""
        with self._reading():
            segment = self._archive.at(start)
            if segment is None:
                return self._tail.rows(start, stop, columns, kinds), stop
            end = min(segment.stop, stop)
            if not holds(segment, kinds):
                return STAMPED.empty_table().select(columns), end
            kind = read_numbers(self._archive.folder, segment, ("kind",))["kind"]
            here = kind[start - segment.first : end - segment.first]
            asked = np.ones(len(here), np.bool_) if kinds is None else np.isin(here, list(kinds))
            return self._archive.rows(start + np.flatnonzero(asked)).select(columns), end

    def find(self, ids: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the offset at which the row with each id stands; see `Log.find`."""
        return self._whole(self._find, ids)

    def _find(self, ids: pa.ChunkedArray) -> NDArray[np.int64]:
        with self._reading() as meta:
            return Known(self._archive, self._tail, meta["next_offset"]).find(hash_ids(ids, self._key), ids)

    def wait(self, offset: int, timeout_s: float) -> bool:
        """Wait until the row at an offset is committed; see `Log.wait`."""
        return poll(lambda: self.next_offset > offset, timeout_s)

    def verify(self) -> list[str]:
        """Return one text for each stored file whose contents are not what was committed."""
        with self._reading():
            checked = self._archive.stored()
        found = {stored: fault(self._archive.folder, stored) for stored in checked}
        with self._reading():  # a file may have been replaced meanwhile
            return [text for stored in self._archive.stored() if (text := found.get(stored))]

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _cut(events: Events, kinds: Collection[int] | None, rows: int) -> Iterator[Events]:
    """Yield the rows of the asked kinds, at most so many at once; all of them are views, nothing is copied."""
    for at in range(0, len(events), rows):
        part = events.rows(slice(at, at + rows))
        asked = None if kinds is None else np.isin(part.kind, list(kinds))
        part = part if asked is None or asked.all() else part.rows(asked)
        if len(part):
            yield part
