"""Examine: what is wrong with a log in a folder, what would mend it.

What is told here is found without `open_log`, which refuses a log that has lost a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evercart.errors import UserError, expected
from evercart.log.archive import Archive
from evercart.log.database import Database
from evercart.log.faults import plainly
from evercart.log.files import fault, require_size
from evercart.log.ids import Run, find, open_run
from evercart.log.segments import Segment, read_ids, read_numbers
from evercart.log.stamps import key_mark

_COPY: Final = "nothing here can mend it: put back {} from a copy, or import the sources into a new shop"


class Finding(NamedTuple):
    """What is wrong, in the one wording; what would be done about it.

    mend    does it, losing nothing; None where that cannot be done
    """

    wrong: str
    would: str
    mend: Callable[[], None] | None = None


def lost(wrong: str, what: object) -> Finding:
    """Return a finding that only a copy can mend.

    >>> lost("a: expected 4 bytes, got 3", "a").would
    'nothing here can mend it: put back a from a copy, or import the sources into a new shop'
    """
    return Finding(wrong, _COPY.format(what))


def examine(folder: Path, key: int) -> Iterator[Finding]:
    """Yield what is wrong with the log in a folder."""
    path = folder / "log.db"
    if not path.exists():
        yield lost(expected(str(path), "the log's database", "no such file"), path)
        return
    try:
        database = Database(path)
    except UserError as error:
        yield lost(str(error), path)
        return
    try:
        yield from _opened(folder, database, key)
    except UserError as error:
        yield lost(str(error), path)
    finally:
        database.close()


def _opened(folder: Path, database: Database, key: int) -> Iterator[Finding]:
    checked = [row[0] for row in database.rows("PRAGMA quick_check")]
    if checked != ["ok"]:
        yield lost(expected(str(database.path), "an undamaged database", "; ".join(checked)), database.path)
    meta = database.meta()
    if meta.get("key", key_mark(key)) != key_mark(key):
        wrong = expected("shop.key", "the key this log was begun with", "another")
        yield Finding(wrong, "nothing here can mend it: put back shop.key from a copy")
        return
    archive = Archive(folder, database, key)
    archive.follow(meta.get("generation", 0))
    yield from _dense(archive, database, meta)
    whole = []
    for segment in archive.segments:
        found = list(_segment(archive.folder, segment))
        yield from found
        if not found:
            whole.append(segment)
    yield from _log_time(archive.folder, whole, database, meta)
    yield from _index(archive, database, key, whole)
    yield from _strays(archive)


def _dense(archive: Archive, database: Database, meta: dict[str, Any]) -> Iterator[Finding]:
    """Yield gaps between segments, in the tail, at the end."""
    at = 0
    for segment in archive.segments:
        if segment.first != at:
            yield lost(expected("log: manifest", f"a segment that begins at {at}", segment.first), "log.db")
        at = segment.stop
    sql = 'SELECT "offset" FROM events WHERE "offset" >= ? ORDER BY "offset"'  # some that are sealed may be left
    tail = [row[0] for row in database.rows(sql, at)]
    if tail != list(range(at, at + len(tail))):
        yield lost(expected("log: live rows", f"offsets from {at} on without a gap", f"{len(tail)} others"), "log.db")
    if meta.get("next_offset", 0) != at + len(tail):
        yield lost(expected("log: next offset", f"{at + len(tail)}", meta.get("next_offset")), "log.db")


def _segment(folder: Path, segment: Segment) -> Iterator[Finding]:
    """Yield what is wrong with a segment's two files."""
    for stored in (segment.names, segment.numbers):
        wrong = fault(folder, stored)
        if wrong:
            rows = f"; rows {segment.first} to {segment.stop - 1} cannot be read"
            yield lost(wrong + rows, folder / stored.name)
            return
    names, numbers = _rows(folder, segment)
    for stored, found in ((segment.names, names), (segment.numbers, numbers)):
        if found != segment.rows:
            yield lost(expected(stored.name, f"{segment.rows} rows", found), "log.db")


def _rows(folder: Path, segment: Segment) -> tuple[int, int]:
    """Return how many rows a segment's two files hold."""
    with plainly(folder / segment.names.name), pq.ParquetFile(folder / segment.names.name) as file:
        names = file.metadata.num_rows
    with plainly(folder / segment.numbers.name), pa.memory_map(str(folder / segment.numbers.name)) as memory:
        return names, pa.ipc.open_file(memory).get_batch(0).num_rows


def _log_time(folder: Path, segments: list[Segment], database: Database, meta: dict[str, Any]) -> Iterator[Finding]:
    """Yield where log time goes back."""
    last = np.iinfo(np.int64).min
    for segment in segments:
        us = read_numbers(folder, segment, ("logged_us",))["logged_us"]
        if us[0] < last or (us[1:] < us[:-1]).any():
            yield lost(expected(segment.numbers.name, "log time that never goes back", "some that does"), "it")
        last = int(us[-1])
    sql = 'SELECT logged_us FROM events WHERE "offset" >= ? ORDER BY "offset"'
    tail = [row[0] for row in database.rows(sql, segments[-1].stop if segments else 0)]
    if tail and (tail[0] < last or tail != sorted(tail)):
        yield lost(expected("log: live rows", "log time that never goes back", "some that does"), "log.db")
    newest = tail[-1] if tail else last
    if segments and meta.get("last_us", 0) != newest:
        yield lost(expected("log: last log time", f"{newest}", meta.get("last_us")), "log.db")


def _index(archive: Archive, database: Database, key: int, whole: list[Segment]) -> Iterator[Finding]:
    """Yield the first thing that is wrong with the index of ids; all of it is made again from the segments."""
    wrong = next(_unindexed(archive, key, whole), None)
    if wrong is None:
        return
    if len(whole) < len(archive.segments):
        yield Finding(wrong, "the id index can be made again once no segment is damaged")
        return

    def mend() -> None:
        again = Database(database.path)
        try:
            with again.writing():
                fresh = Archive(archive.folder.parent, again, key)
                fresh.follow(again.meta()["generation"])
                fresh.rebuild_index()
        finally:
            again.close()

    yield Finding(wrong, "make the id index again from the segments", mend)


def _unindexed(archive: Archive, key: int, whole: list[Segment]) -> Iterator[str]:
    runs: list[Run] = []
    for stored in archive.stored_runs():
        try:
            require_size(archive.folder, stored)
        except UserError as error:
            yield str(error)
            continue
        wrong = fault(archive.folder, stored)
        if wrong:
            yield wrong
        else:
            runs.append(open_run(archive.folder, stored))
    for run in runs:
        if (run.words[0, 1:] < run.words[0, :-1]).any():
            yield expected(run.stored.name, "sorted ids", "some that are not")
    named = 0
    for segment in whole:
        hashes = read_ids(archive.folder, segment, key)
        sent = hashes.high != 0
        named += int(sent.sum())
        stand = np.arange(segment.first, segment.stop)
        astray = int((find(runs, hashes) != stand)[sent].sum())
        if astray:
            yield expected(f"id index of {segment.names.name}", "each id where it stands", f"{astray} astray")
    if len(whole) == len(archive.segments) and named != sum(len(run) for run in runs):
        yield expected("id index", f"{named} ids", sum(len(run) for run in runs))


def _strays(archive: Archive) -> Iterator[Finding]:
    """Yield files that no commit names."""
    named = {stored.name for stored in archive.stored()}
    for path in sorted(archive.folder.iterdir()):
        if path.name not in named:
            yield stray(path)


def stray(path: Path) -> Finding:
    """Return that a file belongs to nothing: a writer was ended in the middle."""
    return Finding(expected(str(path), "a file that belongs to something", "a stray"), "remove it", path.unlink)
