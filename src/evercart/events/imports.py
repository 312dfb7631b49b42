"""Imports: sources are mapped, cleaned, checked, sorted by event time, each step safe against a kill."""

from __future__ import annotations

import hashlib
import shutil
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from evercart.durable import make_folder, writing
from evercart.errors import UserError, expected, require, unknown
from evercart.events import runs, translate
from evercart.events.check import check
from evercart.events.files import fingerprint, reading
from evercart.events.findings import ROW, Refusals
from evercart.events.mapping import MappingFile, SourceMap
from evercart.events.quarantine import Quarantine
from evercart.events.runs import Run
from evercart.events.schema import SCHEMA
from evercart.events.sources import FORMATS, Read, Source, format_of, open_source, read

Progress = Callable[[int, int], None]
_NAME: Final = 20  # characters of an import's name
_READY: Final = "ready"  # stands in the scratch folder once all runs do
_RUN_BYTES: Final = 1 << 28  # a run of long texts ends early


@dataclass
class Counts:
    """What became of the rows of an import: read = good + refused + dropped."""

    read: int = 0
    good: int = 0
    dropped: int = 0  # by cleaning steps
    refused: Counter[str] = field(default_factory=Counter)  # "field: rule" -> rows
    cleaned: Counter[str] = field(default_factory=Counter)  # step -> rows touched

    def add(self, other: dict[str, Any]) -> None:
        """Add what a run counted."""
        self.read += other["read"]
        self.good += other["rows"]
        self.dropped += other["dropped"]
        self.refused.update(other["refused"])
        self.cleaned.update(other["cleaned"])


class _File(NamedTuple):
    """One file of an import, with how it is read."""

    path: Path
    shown: str
    source: SourceMap
    bytes: int


@dataclass(frozen=True)
class Import:
    """One import of a file, or of a folder's files, by a mapping.

    source     a file, or the folder that the mapping's `files` are relative to
    scratch    a folder for sorted runs; finished ones are used again after a kill
    """

    source: Path
    mapping: MappingFile
    scratch: Path

    @cached_property
    def name(self) -> str:
        """Return the name of the import: the hash of all contents with the mapping's text."""
        digest = hashlib.blake2b(self.mapping.text.encode(), digest_size=16)
        for file in self._files:
            is_text = FORMATS[format_of(file.path, file.source.format)].is_text
            digest.update(f"\0{file.source.where}\0{fingerprint(file.path, is_text=is_text)}".encode())
            if file.source.join:
                digest.update(fingerprint(self._beside(file.source.join.file), is_text=False).encode())
        return digest.hexdigest()[:_NAME]

    def prepare(self, quarantine: Quarantine, now_us: int, progress: Progress | None = None) -> Counts:
        """Read everything, hold what may not enter, spill the rest in order; what was done is not done again.

        progress    called with (bytes done, bytes in all)
        """
        counts, done, total = Counts(), 0, sum(file.bytes for file in self._files)
        for run in self._finished() or ():
            counts.add(run.about)
        if counts.read:
            return counts
        self._make_folder()
        for number, file in enumerate(self._files):
            for run, at in self._runs(number, file, quarantine, now_us):
                counts.add(run.about)
                if progress:
                    progress(done + at, total)
            done += file.bytes
        self._mark_ready()
        return counts

    def batches(self, skip: int = 0) -> Iterator[pa.Table]:
        """Return the checked rows in `SCHEMA` by event time; ties in the mapping's order, then by row."""
        found = self._finished()
        if found is None:
            raise UserError(expected(f"import {self.name}", "prepared rows", "none"))
        return runs.merge(found, skip)

    def _finished(self) -> list[Run] | None:
        """Return all runs, once every one is there."""
        if not (self._folder / _READY).exists():
            return None
        found = [runs.find(path) for path in sorted(self._folder.glob("*.arrow"))]
        return None if None in found else [run for run in found if run is not None]

    def forget(self) -> None:
        """Drop the scratch files, once the log has taken all rows."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        return self.scratch / self.name

    def _make_folder(self) -> None:
        try:
            make_folder(self._folder)
        except OSError as error:
            raise UserError(expected(str(self._folder), "a folder that can be made", error.strerror)) from None

    def _mark_ready(self) -> None:
        try:
            with writing(self._folder / _READY):
                pass
        except OSError as error:
            raise UserError(expected(str(self._folder), "room for the rows of an import", error.strerror)) from error

    @cached_property
    def _files(self) -> tuple[_File, ...]:
        sources = self.mapping.sources
        with reading(self.source, "a file or folder"):
            if not stat.S_ISDIR(self.source.stat().st_mode):
                rule = f"a folder, as the mapping has {len(sources)} sources"
                require(len(sources) == 1, str(self.source), rule, "a file")
                return (_file(self.source, sources[0]),)
            return tuple(_file(path, source) for source in sources for path in self._matches(source))

    def _matches(self, source: SourceMap) -> list[Path]:
        """Return the files that a source names, in the order of their names."""
        where = f"{source.where}.files"
        good = bool(source.files) and not Path(source.files).is_absolute() and ".." not in Path(source.files).parts
        require(good, where, f"a name or pattern within {self.source}", source.files)
        names = sorted(path.name for path in self.source.iterdir())  # a folder that cannot be read says so here
        found = sorted(path for path in self.source.glob(source.files) if path.is_file())
        if not found:
            raise UserError(unknown(where, "files", names, source.files))
        return found

    def _beside(self, name: str) -> Path:
        return (self.source if self.source.is_dir() else self.source.parent) / name

    def _runs(self, number: int, file: _File, quarantine: Quarantine, now_us: int) -> Iterator[tuple[Run, int]]:
        """Return the runs of one file, with the bytes read at their end; made only where they are not yet."""
        opened = open_source(file.path, file.source.format, file.source.delimiter)
        work = _Work(file.source, self._lookup(file.source), now_us)
        own = work.own_columns(opened)
        for place, reads in enumerate(_grouped(read(opened, own, file.source.format))):
            path = self._folder / f"{number:05d}-{place:07d}.arrow"
            run = runs.find(path)
            if run is None:
                table, refused, about = work.run(reads)
                quarantine.add(file.shown, f"{self.name}/{number}", refused)  # first, so that a kill loses none
                run = runs.write(path, table, about)
            yield run, reads[-1].bytes

    def _lookup(self, source: SourceMap) -> pa.Table | None:
        if source.join is None:
            return None
        opened = open_source(self._beside(source.join.file))
        if source.join.on not in opened.columns:
            raise UserError(unknown(f"{source.where}.join.on", "columns", opened.columns, source.join.on))
        lookup = pa.concat_tables([part.table for part in read(opened, opened.columns)]).drop_columns(ROW)
        translate.check_lookup(lookup, source.join.on, f"{source.where}.join {source.join.file}")
        return lookup


def _file(path: Path, source: SourceMap) -> _File:
    return _File(path, path.name, source, path.stat().st_size)


def _grouped(reads: Iterator[Read]) -> Iterator[list[Read]]:
    """Return reads together until they make a run: a rule of the file alone, so that runs are found again."""
    group: list[Read] = []
    for part in reads:
        group.append(part)
        rows = sum(one.table.num_rows + len(one.bad) for one in group)
        if rows >= runs.ROWS or sum(one.table.nbytes for one in group) >= _RUN_BYTES:
            yield group
            group = []
    if group:
        yield group


class _Work:
    """From what was read to what may enter."""

    def __init__(self, source: SourceMap, lookup: pa.Table | None, now_us: int) -> None:
        self._source, self._lookup, self._now_us = source, lookup, now_us

    def own_columns(self, opened: Source) -> list[str]:
        """Return which columns of the file to read, once all that the mapping names are found."""
        looked_up = self._lookup.column_names if self._lookup is not None else []
        self._source.bind(dict.fromkeys([*opened.columns, *looked_up]))
        return [name for name in self._source.wanted() if name in opened.columns]

    def run(self, reads: list[Read]) -> tuple[pa.Table, Refusals, dict[str, Any]]:
        """Return the rows that may enter, the refusals, the counts."""
        tables, refused, cleaned = [], [], Counter[str]()
        for part in reads:
            good, bad = self._one(part.table, cleaned)
            tables.append(good)
            refused += [*part.bad, *bad]
        table = pa.concat_tables(tables)
        rows = sum(part.table.num_rows + len(part.bad) for part in reads)
        us = table["event_us"].to_numpy()
        about = {
            "read": rows,
            "rows": len(table),
            "dropped": rows - len(table) - len(refused),
            "refused": Counter(f"{refusal.field}: {refusal.rule}" for refusal in refused),
            "cleaned": cleaned,
            "first_us": int(us.min()) if len(us) else 0,
            "last_us": int(us.max()) if len(us) else 0,
        }
        return table, tuple(sorted(refused)), about

    def _one(self, table: pa.Table, cleaned: Counter[str]) -> tuple[pa.Table, Refusals]:
        if self._lookup is not None and self._source.join is not None:
            table = translate.joined(table, self._lookup, self._source.join.on, self._source.where)
        if not table.num_rows:
            return SCHEMA.empty_table(), ()
        raw, bad = translate.translate(self._source, table)
        for name, step in self._source.steps:
            done = step(raw)
            raw, bad = done.table, (*bad, *done.bad)
            cleaned[name] += done.touched
        checked = check(raw, now_us=self._now_us, where=self._source.where)
        return checked.good, (*bad, *checked.bad)
