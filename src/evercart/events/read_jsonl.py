"""JSON Lines, read as text: numbers keep their digits, what is no object is refused."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa

from evercart.errors import UserError, expected
from evercart.events.files import unpacked
from evercart.events.findings import ROW, Refusal, Refusals, shown

ROWS: Final = 1 << 16  # a batch has at most so many
BATCH: Final = 1 << 24  # bytes, after which a batch ends
MOST: Final = 1 << 26  # bytes of one line
_HALVES: Final = re.compile(rb"\\u[dD]")
_SEEN: Final = 10_000  # lines that are looked at for the names of columns


class JsonLines:
    """A file with one JSON object a line; empty lines count in the row numbers, and are no rows."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self.path = path
        self.columns = self._found()

    def batches(self, wanted: Sequence[str]) -> Iterator[tuple[pa.Table, Refusals, int]]:
        """Return the wanted columns as text."""
        with self.path.open("rb") as raw:
            lines = _lines(self.path, unpacked(self.path, raw))
            while part := list(_limited(lines)):
                yield *_table(part, wanted), raw.tell()

    def _found(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        with self.path.open("rb") as raw:
            for _, line in islice(_lines(self.path, unpacked(self.path, raw)), _SEEN):
                names |= dict.fromkeys(_object(line) or {})
        return tuple(names)


def _lines(path: Path, stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Return numbered lines that are not empty."""
    number = 0
    while line := stream.readline(MOST):
        number += 1
        if len(line) == MOST:
            raise UserError(expected(f"{path} line {number}", f"at most {MOST:,} bytes", "more"))
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if line.strip():
            yield number, line


def _limited(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    size = 0
    for number, line in islice(lines, ROWS):
        yield number, line
        size += len(line)
        if size > BATCH:
            return


def _object(line: bytes) -> dict[str, Any] | None:
    """Return what a line says, numbers as text; None where it is no object that text can hold."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        if not isinstance(found, dict):
            return None
        if _HALVES.search(line):  # half a surrogate pair is no text
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found


def _table(part: list[tuple[int, bytes]], wanted: Sequence[str]) -> tuple[pa.Table, Refusals]:
    rows, objects, bad = [], [], []
    for number, line in part:
        found = _object(line)
        if found is None:
            bad.append(_refusal(number, line.decode(errors="replace").rstrip("\r\n")))
        else:
            rows.append(number)
            objects.append(found)
    columns = {name: pa.array([_text(one.get(name)) for one in objects], pa.string()) for name in wanted}
    return pa.table({**columns, ROW: pa.array(rows, pa.int64())}), tuple(bad)


def _refusal(number: int, line: str) -> Refusal:
    return Refusal(number, ROW, "a JSON object", shown(line), json.dumps({"line": line}, ensure_ascii=False))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
