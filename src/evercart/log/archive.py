"""The archive: sealed segments with their id index, as far as the manifest knows them."""

from __future__ import annotations

import secrets
from bisect import bisect_right
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.events.kinds import TOMBSTONE
from evercart.events.schema import SCHEMA
from evercart.log import files
from evercart.log.blanks import blanked
from evercart.log.columns import STAMPED
from evercart.log.database import Database
from evercart.log.ids import NONE_ERASED, Erased, Ids, Run, find, merge, open_run, unbalanced, write_run
from evercart.log.segments import Segment, from_row, read_erased, read_ids, read_names, to_row, write_segment

FOLDER: Final = "segments"
_ADD: Final = f"INSERT INTO manifest VALUES ({', '.join('?' * 9)})"
_REPLACE: Final = _ADD.replace("INSERT", "REPLACE")


class Archive:
    """The rows [0, stop). Methods run inside a transaction; files become part of it with its commit."""

    def __init__(self, folder: Path, database: Database, key: int) -> None:
        self.folder = folder / FOLDER
        self._database = database
        self._key = key
        self._generation = self._runs_of = -1
        self.segments: list[Segment] = []
        self._runs: list[Run] = []
        self._merged: list[Run] = []  # no longer needed, once this transaction is committed

    @property
    def stop(self) -> int:
        """Return the offset after the last sealed row."""
        return self.segments[-1].stop if self.segments else 0

    def follow(self, generation: int) -> None:
        """See what was committed since, here or elsewhere; every change of the manifest is a new generation."""
        if generation != self._generation:
            self.segments = [from_row(row) for row in self._database.rows("SELECT * FROM manifest ORDER BY first")]
            self._generation = generation

    def _opened(self) -> list[Run]:
        """Return the runs; only while no one else writes, who would merge them and remove their files."""
        if self._runs_of != self._generation:
            held = {run.stored: run for run in self._runs}
            self._runs = [held.get(stored) or open_run(self.folder, stored) for stored in self.stored_runs()]
            self._runs_of = self._generation
        return self._runs

    def stored_runs(self) -> list[files.Stored]:
        """Return the files of the id index, oldest first."""
        return [files.Stored(*row) for row in self._database.rows("SELECT * FROM runs ORDER BY name")]

    def add(self, table: pa.Table, logged_us: NDArray[np.int64], ids: Ids) -> None:
        """Seal checked rows as the next segment."""
        if not table.num_rows:
            return
        self._adopt(write_segment(self.folder, table, self.stop, logged_us, self._key, ids), ids)

    def written(self, table: pa.Table, first: int, logged_us: NDArray[np.int64], ids: Ids) -> Segment:
        """Write the files of a segment ahead of the transaction that adds it; `sweep` does not know them yet."""
        return write_segment(self.folder, table, first, logged_us, self._key, ids, f"-{secrets.token_hex(4)}")

    def add_written(self, segment: Segment, ids: Ids) -> None:
        """Add a segment whose files were written ahead; raises `UserError` where they were swept away since."""
        for stored in (segment.names, segment.numbers):
            files.require_size(self.folder, stored)
        self._adopt(segment, ids)

    def _adopt(self, segment: Segment, ids: Ids) -> None:
        self._database.many(_ADD, [to_row(segment)])
        self._add_run(write_run(self.folder, f"{segment.first:016d}.ids", ids, segment.first))
        self.segments = [*self.segments, segment]
        self._turn()

    def _add_run(self, run: Run) -> None:
        """Add a run as the newest, then merge until each is at least twice as long as the next."""
        runs = [*self._opened(), run]
        while unbalanced(runs):
            older, newer = runs[-2:]
            name = older.stored.name.replace(".ids", "+.ids")  # sorts where the older one did
            runs[-2:] = [merge(self.folder, name, older, newer)]
            self._merged += [older, newer]
        self._database.rows("DELETE FROM runs")
        self._database.many("INSERT INTO runs VALUES (?, ?, ?)", (one.stored for one in runs))
        self._runs = runs

    def rebuild_index(self) -> None:
        """Make the id index again from the segments, under names that no run has had."""
        self._runs, self._runs_of = [], self._generation
        for segment in self.segments:
            ids = read_ids(self.folder, segment, self._key)
            self._add_run(write_run(self.folder, f"{segment.first:016d}-{self._generation}.ids", ids, segment.first))
        self._turn()

    def _turn(self) -> None:
        """Say that the manifest has changed."""
        self._generation = self._runs_of = self._generation + 1
        self._database.set_meta(generation=self._generation)

    def blank(self, offsets: NDArray[np.int64], columns: Collection[str] | None) -> None:
        """Write the segments in which these rows stand anew; the id index stays as it is."""
        fresh: list[Segment] = []
        for segment in self.segments:
            first, stop = np.searchsorted(offsets, (segment.first, segment.stop))
            here = self._without(segment, offsets[first:stop], columns) if stop > first else segment
            fresh.append(here)
            if here is not segment:
                self._database.many(_REPLACE, [to_row(here)])
        if fresh != self.segments:
            self._opened()
            self.segments = fresh
            self._turn()

    def _without(self, segment: Segment, offsets: NDArray[np.int64], columns: Collection[str] | None) -> Segment:
        """Return a segment in which these rows are blank: the very same one, if they are so already."""
        rows = read_names(self.folder, segment, np.arange(segment.rows))
        which = np.zeros(segment.rows, np.bool_)
        which[offsets - segment.first] = True
        left = blanked(rows, which, columns)
        if left.equals(rows):
            return segment
        ids, logged_us = read_ids(self.folder, segment, self._key), rows["logged_us"].to_numpy()
        edition = f"-{self._generation}"  # of which this transaction leaves none
        return write_segment(self.folder, left.select(SCHEMA.names), segment.first, logged_us, self._key, ids, edition)

    def erased(self, start: int, stop: int) -> Erased:
        """Return what is left of the ids of erased rows in [start, stop)."""
        parts = [
            read_erased(self.folder, segment)
            for segment in self.segments
            if TOMBSTONE in segment.kinds and segment.first < stop and start < segment.stop
        ]
        whole = Erased(*map(np.concatenate, zip(NONE_ERASED, *parts, strict=True)))
        inside = (start <= whole.offset) & (whole.offset < stop)
        return Erased(whole.offset[inside], whole.high[inside], whole.low[inside])

    def find(self, ids: Ids) -> NDArray[np.int64]:
        """Return the offset at which each id's hashes stand, (rows,), or -1."""
        return find(self._opened(), ids)

    def at(self, offset: int) -> Segment | None:
        """Return the segment in which a row stands."""
        place = bisect_right(self.segments, offset, key=lambda segment: segment.first) - 1
        return self.segments[place] if place >= 0 and offset < self.segments[place].stop else None

    def rows(self, offsets: NDArray[np.int64]) -> pa.Table:
        """Return sealed rows, in this order, in `STAMPED`."""
        firsts = np.array([segment.first for segment in self.segments])
        places = np.searchsorted(firsts, offsets, "right") - 1
        parts, order = [STAMPED.empty_table()], [np.empty(0, np.int64)]
        for place in np.unique(places):
            here = np.flatnonzero(places == place)
            parts.append(read_names(self.folder, self.segments[place], offsets[here] - firsts[place]))
            order.append(here)
        return pa.concat_tables(parts).take(np.argsort(np.concatenate(order)))

    def stored(self) -> list[files.Stored]:
        """Return every file the manifest names."""
        segments = [stored for segment in self.segments for stored in (segment.names, segment.numbers)]
        return [*segments, *self.stored_runs()]

    def committed(self) -> None:
        """Remove the files that the commit replaced."""
        while self._merged:
            with suppress(OSError):  # the next to open the log sweeps
                (self.folder / self._merged.pop().stored.name).unlink()

    def forget(self) -> None:
        """Hold nothing of a transaction that failed."""
        self._generation = self._runs_of = -1
        self.segments, self._runs, self._merged = [], [], []

    def sweep(self) -> None:
        """Remove files that no commit names; only while no one else writes."""
        files.sweep(self.folder, {stored.name for stored in self.stored()})
