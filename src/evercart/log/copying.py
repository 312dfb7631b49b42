"""Copying a log from one store into another, row by row as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from evercart.errors import require
from evercart.log.log import Log

ROWS: Final = 1 << 17  # of one commit, of one checksum
Told = Callable[[str, int, int], None]


class Copied(NamedTuple):
    """What a copy did."""

    rows: int  # that were not in the target before
    next_offset: int  # of both logs, as far as they were compared
    checksum: str  # over all columns of all rows, in order


def copy(source: Log, target: Log, told: Told = lambda what, done, whole: None) -> Copied:
    """Bring the rows of one log into another; offsets, log times, imports, the beginning of live stay as they are.

    The target is empty, or holds what a copy from this source began: a killed one run again goes on. Rows that
    come to the source meanwhile are left for the next run. At the end both logs are read and compared.

    told  is handed what is done ("copied", "compared"), how many rows of it, of how many
    """
    require(target.key == source.key, "copy", "two logs of the same shop, with one key", "two keys")
    imports, stop, start = source.imports(), source.next_offset, target.next_offset
    require(start <= stop, "copy", f"a target of at most the {stop} rows of the source", start)
    if start:
        _same(source, target, max(0, start - 1), start)
    for first, last in _stretches(start, stop):
        target.adopt(source.names(first, last), {}, source.erased(first, last))
        told("copied", last, stop)
    checksum = hashlib.sha256()
    for first, last in _stretches(0, stop):
        checksum.update(_same(source, target, first, last))
        told("compared", last, stop)
    target.adopt(source.names(stop, stop), imports)
    return Copied(stop - start, stop, checksum.hexdigest())


def _stretches(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield stretches whose bounds do not depend on where a killed copy ended."""
    while start < stop:
        last = min(stop, start - start % ROWS + ROWS)
        yield start, last
        start = last


def _same(source: Log, target: Log, first: int, last: int) -> bytes:
    """Return the checksum of rows that stand alike in both logs."""
    there, here = (digest(log.names(first, last)) for log in (source, target))
    rule = f"rows {first} to {last - 1} with checksum {there.hex()[:16]}, as in the source"
    require(there == here, "copy", rule, here.hex()[:16])
    return there


def digest(rows: pa.Table) -> bytes:
    """Return the SHA-256 of a table's names, types, values, gaps; not of how Arrow happens to hold them.

    >>> digest(pa.table({"a": [1, None]})) == digest(pa.table({"a": pa.chunked_array([[1], [None]], pa.int64())}))
    True
    """
    found = hashlib.sha256(f"{rows.num_rows}".encode())
    for name in rows.column_names:
        found.update(f"{name} {rows[name].type}".encode())
        for part in _parts(rows[name]):
            found.update(part)
    return found.digest()


def _parts(column: pa.ChunkedArray) -> Iterator[Any]:
    """Yield the bytes of a column: where it has gaps, how long each value is, the values."""
    yield np.packbits(pc.is_null(column, nan_is_null=True).to_numpy())
    if column.type not in (pa.string(), pa.binary()):
        numbers = pc.fill_null(column, 0).to_numpy()
        whole = numbers.dtype.kind == "i"
        yield np.ascontiguousarray(numbers if whole else np.where(np.isnan(numbers), 0, numbers + 0.0))
        return
    filled = pc.fill_null(column.cast(pa.binary()), b"")
    yield np.ascontiguousarray(pc.binary_length(filled).to_numpy())
    for chunk in filled.chunks:
        _, starts, letters = chunk.buffers()
        places = np.frombuffer(starts, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        if letters is not None and len(chunk):
            yield memoryview(letters)[places[0] : places[-1]]
