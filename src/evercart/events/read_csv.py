"""CSV, read as text in blocks: what a value means is decided at the border."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from evercart.errors import UserError, expected
from evercart.events.files import unpacked
from evercart.events.findings import ROW, Refusal, Refusals

BLOCK: Final = 1 << 24  # bytes parsed at once; no row may be longer
_HEADER: Final = re.compile(rb'(?:[ \t]*(?:\r\n|\r|\n))*((?:"[^"]*"|[^"\r\n])*)(?:\r\n|\r|\n|$)')


class Csv:
    """A CSV file with a header; a row with another number of columns is refused, an empty value is missing."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self.path = path
        self._delimiter = "\t" if ".tsv" in path.suffixes else delimiter
        with path.open("rb") as raw:
            head = unpacked(path, raw).read(BLOCK)
        start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        found = _HEADER.match(head, start)
        if found is None or not found.group(1).strip():
            raise UserError(expected(str(path), "a header", "an empty line" if head else "an empty file"))
        self._data = found.end()
        self._names = _parsed(path, found.group(1), self._delimiter)
        self.columns = tuple(name for name, times in Counter(self._names).items() if times == 1)

    def batches(self, wanted: Sequence[str]) -> Iterator[tuple[pa.Table, Refusals, int]]:
        """Return the wanted columns as text."""
        ragged = _Ragged(len(self._names))
        with self.path.open("rb") as raw:
            stream = unpacked(self.path, raw)
            stream.seek(self._data)
            for batch in _parse(stream, self._names, self._delimiter, wanted, ragged.refuse):
                rows = pa.array(ragged.numbers(batch.num_rows))
                yield pa.Table.from_batches([batch]).append_column(ROW, rows), ragged.before(), raw.tell()
            empty = {**dict.fromkeys(wanted, pa.array([], pa.string())), ROW: pa.array([], pa.int64())}
            yield pa.table(empty), ragged.before(last=True), raw.tell()


class _Ragged:
    """Rows that were refused, which the parser tells from a thread of its own, some blocks ahead.

    They are handed on with the first good row after them, so that it does not matter how far ahead.
    """

    def __init__(self, columns: int) -> None:
        self._columns, self._next, self._told = columns, 1, list[Any]()

    def refuse(self, row: Any) -> str:
        """Take a row from the parser."""
        self._told.append(row)
        return "skip"

    def numbers(self, rows: int) -> NDArray[np.int64]:
        """Return the numbers of the next good rows, (rows,)."""
        refused = np.array([row.number for row in self._told[:]], np.int64)
        free = np.arange(self._next, self._next + rows + len(refused))
        found: NDArray[np.int64] = free[~np.isin(free, refused)][:rows]
        self._next = int(found[-1]) + 1 if rows else self._next
        return found

    def before(self, last: bool = False) -> Refusals:
        """Return the refusals before the next good row, each once; at last all."""
        due = [row for row in self._told[:] if last or row.number < self._next]
        del self._told[: len(due)]
        return tuple(
            Refusal(row.number, ROW, f"{self._columns} columns", f"{row.actual_columns} columns", _body(row.text))
            for row in due
        )


def _parsed(path: Path, header: bytes, delimiter: str) -> list[str]:
    try:
        names = next(csv.reader([header.decode()], delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error, StopIteration, TypeError) as error:
        raise UserError(expected(str(path), "a header of column names", f"{error}")) from None
    return [name.strip() for name in names]


def _parse(
    stream: Any, names: list[str], delimiter: str, wanted: Sequence[str], refuse: Callable[[Any], str]
) -> Iterator[pa.RecordBatch]:
    unique = [name if names.count(name) == 1 else f"{name}#{place}" for place, name in enumerate(names)]
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(unique, pa.string()),
        include_columns=list(wanted),
        strings_can_be_null=True,
        null_values=[""],
    )
    parse = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse)
    try:
        yield from arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=unique),
            parse_options=parse,
            convert_options=convert,
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):
            raise


def _body(line: str) -> str:
    return json.dumps({"line": line}, ensure_ascii=False)
