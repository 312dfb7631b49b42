"""Ingest: from files to the log, with what may not enter in quarantine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa

from evercart.durable import make_folder, writing
from evercart.errors import UserError, expected
from evercart.events.check import check
from evercart.events.findings import ROW, Refusal
from evercart.events.imports import Import
from evercart.events.kinds import kind_name
from evercart.events.mapping import MappingFile
from evercart.events.quarantine import Quarantine
from evercart.events.schema import SCHEMA
from evercart.lock import locked
from evercart.log.log import Appended, Log
from evercart.log.sift import RULE

Told = Callable[[str, int, int], None]  # which step, done, total
SENT_AGAIN = "sent again"  # the source of rows whose id stands in the log with another body


@dataclass(frozen=True)
class Ingested:
    """What became of the rows of an import: read = added + duplicates + refused + dropped.

    late     rows older than the log's time when they came; they are in the log, with its time
    cleaned  rows that each cleaning step touched
    """

    name: str
    source: str
    read: int = 0
    added: int = 0
    duplicates: int = 0
    late: int = 0
    dropped: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    cleaned: dict[str, int] = field(default_factory=dict)
    again: bool = False  # this very import had been finished before


@dataclass(frozen=True)
class Ingest:
    """Imports into one shop's log; each leaves a note in `imports/`."""

    folder: Path
    log: Log
    quarantine: Quarantine

    def take(self, source: Path, mapping: MappingFile, now_us: int, told: Told) -> Ingested:
        """Import a file, or a folder's files; killed and run again it goes on, finished it does nothing."""
        with locked(self.folder / "ingest.lock", "ingests"):
            return self._take(source, mapping, now_us, told)

    def _take(self, source: Path, mapping: MappingFile, now_us: int, told: Told) -> Ingested:
        one = Import(source, mapping, self._scratch)
        if self.log.imported(one.name):
            one.forget()  # killed after the last commit, it left its scratch files
            return Ingested(one.name, str(source), again=True)
        counts = one.prepare(self.quarantine, now_us, lambda done, total: told("read, map, check", done, total))
        again: list[int] = []

        def refuse(rows: pa.Table) -> None:
            again.append(rows.num_rows)
            self._refuse(one.name, rows)

        def batches(skip: int) -> Iterator[pa.Table]:
            done = skip
            for table in one.batches(skip):
                yield table
                done += table.num_rows
                told("sort, commit", done, counts.good)

        appended = self.log.import_history(one.name, batches, refuse=refuse)
        refused = dict(counts.refused) | ({f"id: {RULE}": sum(again)} if again else {})
        done = Ingested(
            one.name,
            str(source),
            counts.read,
            appended.added,
            appended.duplicates,
            appended.late,
            counts.dropped,
            refused,
            dict(counts.cleaned),
        )
        self._note(done)
        one.forget()
        return done

    def notes(self) -> list[dict[str, Any]]:
        """Return what finished imports did, in the order of their names."""
        return [_read_note(path) for path in sorted(self._notes.glob("*.json"))]

    def retry(self, raw: pa.Table, now_us: int) -> tuple[int, tuple[Refusal, ...]]:
        """Send mended rows through the border again; return how many entered, and what was refused anew."""
        if not raw.num_rows:
            return 0, ()
        checked = check(raw, now_us=now_us, where="quarantine")
        bad = {refusal.row for refusal in checked.bad}
        numbers = [number for number in raw[ROW].to_pylist() if number not in bad]
        appended = self._again(raw, checked.good.sort_by("event_us"), now_us)
        again = {repr(row) for row in appended.refused.select(SCHEMA.names).to_pylist()}
        rows = list(zip(numbers, checked.good.to_pylist(), strict=True))
        entered = [number for number, row in rows if repr(row) not in again]
        self.quarantine.sent(entered)
        known = tuple(Refusal(number, "id", RULE, row["id"], "{}") for number, row in rows if repr(row) in again)
        return len(entered), (*checked.bad, *known)

    def _again(self, raw: pa.Table, rows: pa.Table, now_us: int) -> Appended:
        """Add mended rows: to a live log as they come now, whose clock no event time may move; else as history."""
        if self.log.live_from is not None:
            return self.log.append(rows, now_us)
        name = f"retry {now_us} {_digest(repr(raw.to_pylist()))}"  # never used twice: one that is finished says nothing
        return self.log.import_history(name, lambda skip: iter([rows.slice(skip)]))

    def _refuse(self, name: str, rows: pa.Table) -> None:
        """Hold rows whose id stands in the log with another body; before the commit, so that none is lost."""
        refusals = []
        for row in rows.to_pylist():
            rule, got = row.pop("rule"), row.pop("got")
            row["kind"] = kind_name(row["kind"])  # as the border reads it, should it be sent again
            body = json.dumps({key: value for key, value in row.items() if value is not None}, ensure_ascii=False)
            place = int(_digest(body)[:12], 16)
            refusals.append(Refusal(place, "id", rule, got, body))
        self.quarantine.add(SENT_AGAIN, f"{name}/sent again", tuple(refusals))

    def _note(self, done: Ingested) -> None:
        try:
            make_folder(self._notes)
            with writing(self._notes / f"{done.name}.json") as file:
                file.write(json.dumps(asdict(done), indent=1).encode())
        except OSError as error:
            raise UserError(expected(str(self._notes), "a folder that can be written", error.strerror)) from None

    def named(self, source: Path, mapping: MappingFile) -> str:
        """Return the name of an import, which its contents make."""
        return Import(source, mapping, self._scratch).name

    def begun(self) -> tuple[str, ...]:
        """Return the names of imports that were begun, but not finished."""
        return tuple(sorted(path.name for path in self._scratch.glob("*")))

    @property
    def _notes(self) -> Path:
        return self.folder / "imports"

    @property
    def _scratch(self) -> Path:
        return self._notes / "scratch"


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=10).hexdigest()


def _read_note(path: Path) -> dict[str, Any]:
    try:
        return {**json.loads(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError) as error:
        rule = "a note of an import as it was written (it may be removed: only the report counts it)"
        raise UserError(expected(str(path), rule, f"{type(error).__name__}: {error}")) from None
