"""Sources: CSV, Parquet or JSON Lines, streamed as Arrow tables with row numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import pyarrow as pa

from evercart.errors import UserError, expected
from evercart.events import read_csv, read_jsonl, read_parquet
from evercart.events.files import reading
from evercart.events.findings import Refusals


class Read(NamedTuple):
    """Rows of a source: its columns with `row`, what could not be cut into columns, bytes read so far."""

    table: pa.Table
    bad: Refusals
    bytes: int


class Source(Protocol):
    """A file that can be read again and again, always cut alike."""

    path: Path
    columns: tuple[str, ...]

    def batches(self, wanted: Sequence[str]) -> Iterator[tuple[pa.Table, Refusals, int]]:
        """Return the wanted columns, with the column `row` counted from 1, in bounded memory."""
        ...


class Format(NamedTuple):
    """How one kind of file is opened."""

    what: str
    is_text: bool
    open: Callable[[Path, str], Source]


FORMATS: Final = {
    "csv": Format("a CSV file", True, read_csv.Csv),
    "jsonl": Format("a JSON Lines file", True, read_jsonl.JsonLines),
    "parquet": Format("a Parquet file", False, read_parquet.Parquet),
}
_ENDINGS: Final = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def format_of(path: Path, stated: str = "") -> str:
    """Return the format of a file, by its ending if it is not stated.

    >>> format_of(Path("orders.csv.gz"))
    'csv'
    """
    ending = Path(path.stem if path.suffix == ".gz" else path.name).suffix.lower()
    found = stated or _ENDINGS.get(ending, "")
    if found not in FORMATS:
        raise UserError(expected(str(path), "one of the formats " + " ".join(FORMATS), stated or ending or path.name))
    return found


def open_source(path: Path, stated: str = "", delimiter: str = ",") -> Source:
    """Open a file; one that cannot be read as its format raises `UserError`."""
    chosen = FORMATS[format_of(path, stated)]
    with reading(path, chosen.what):
        return chosen.open(path, delimiter)


def read(source: Source, wanted: Sequence[str], stated: str = "") -> Iterator[Read]:
    """Return all rows of a source; one without any raises `UserError`."""
    rows = 0
    with reading(source.path, FORMATS[format_of(source.path, stated)].what):
        for part in source.batches(wanted):
            found = Read(*part)
            rows += found.table.num_rows + len(found.bad)
            yield found
    if not rows:
        raise UserError(expected(str(source.path), "at least one row", "columns " + " ".join(source.columns)))
