"""Segments: sealed stretches of the log, each a file of names beside a file of numbers.

Names (ids, keys, texts, properties) are Parquet, for people. Numbers with hashed names are Arrow IPC,
uncompressed, mapped into memory, for folds. Columns in which nothing was sent are left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evercart.events.schema import SCHEMA
from evercart.log.columns import HASHED, NAMES, NUMBERS, STAMPED, STORED, decoded, encoded, gaps
from evercart.log.faults import plainly
from evercart.log.files import Stored, mapped, store

SEGMENT_ROWS: Final = 1 << 18
_GROUP_ROWS: Final = 1 << 14  # of names: what is decoded to look at one row
_UNIQUE: Final = ("id", "text", "properties")  # not worth a dictionary


class Segment(NamedTuple):
    """What the manifest says of the rows [first, first + rows)."""

    first: int
    rows: int
    kinds: tuple[int, ...]
    names: Stored
    numbers: Stored

    @property
    def stop(self) -> int:
        """Return the offset after the last row."""
        return self.first + self.rows


def write_segment(
    folder: Path, table: pa.Table, first: int, logged_us: NDArray[np.int64], key: int, id_hash: NDArray[np.uint64]
) -> Segment:
    """Write the rows of a checked table durably; the manifest's row makes them part of the log."""
    kinds = tuple(np.unique(table["kind"].to_numpy()).tolist())
    numbers: dict[str, Any] = {"logged_us": logged_us, "id": id_hash}
    for name in (*NUMBERS, *HASHED):
        if name not in numbers and table[name].null_count < table.num_rows:
            numbers[name] = encoded(table[name], name, key)
    name = f"{first:016d}"
    return Segment(
        first,
        table.num_rows,
        kinds,
        store(folder, name + ".names.parquet", _names_file(table)),
        store(folder, name + ".numbers.arrow", _numbers_file(numbers)),
    )


def _names_file(table: pa.Table) -> memoryview:
    kept = table.select([name for name in NAMES if table[name].null_count < table.num_rows or name == "id"])
    words = [name for name in kept.column_names if name not in _UNIQUE]
    sink = pa.BufferOutputStream()
    pq.write_table(
        kept, sink, compression="zstd", compression_level=1, use_dictionary=words, row_group_size=_GROUP_ROWS
    )
    return memoryview(sink.getvalue())


def _numbers_file(numbers: dict[str, NDArray[Any]]) -> memoryview:
    batch = pa.RecordBatch.from_arrays([pa.array(values) for values in numbers.values()], list(numbers))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return memoryview(sink.getvalue())


def read_numbers(folder: Path, segment: Segment, columns: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return columns of a whole segment by name, (rows,): views of the mapped file, no copies.

    Each call maps the file anew, so that what a reader writes into its batch reaches no one else.
    """
    path = folder / segment.numbers.name
    memory = mapped(path)
    with plainly(path):
        whole = pa.py_buffer(memory)
        batch = pa.ipc.open_file(pa.BufferReader(whole)).get_batch(0)
    found: dict[str, NDArray[Any]] = {}
    for name in columns:
        if name == "offset":
            found[name] = np.arange(segment.first, segment.stop)
        elif name in batch.schema.names:
            column = batch.column(name)
            at = column.buffers()[1].address - whole.address
            found[name] = np.frombuffer(memory, column.type.to_pandas_dtype(), segment.rows, at)
        else:
            found[name] = gaps(name, segment.rows)
    return found


def read_names(folder: Path, segment: Segment, places: NDArray[np.int64]) -> pa.Table:
    """Return the rows at these places of a segment, in this order, in `STAMPED`."""
    numbers = read_numbers(folder, segment, ("offset", *STORED))
    words = _read_words(folder / segment.names.name, places)
    columns = [
        words[f.name]
        if f.name in words.column_names
        else pa.nulls(len(places), f.type)
        if f.name in NAMES
        else decoded(numbers[f.name][places], f.name)
        for f in STAMPED
    ]
    return pa.Table.from_arrays(columns, schema=STAMPED)


def _read_words(path: Path, places: NDArray[np.int64]) -> pa.Table:
    """Decode only the row groups in which the places lie."""
    groups, within = np.unique(places // _GROUP_ROWS, return_inverse=True)
    with plainly(path), pq.ParquetFile(path) as file:
        known = [name for name in file.schema_arrow.names if name in SCHEMA.names]
        words = file.read_row_groups(groups.tolist(), columns=known)
    return words.take(within * _GROUP_ROWS + places % _GROUP_ROWS)


def holds(segment: Segment, kinds: Collection[int] | None) -> bool:
    """Return whether a segment has rows of the asked kinds."""
    return kinds is None or not set(kinds).isdisjoint(segment.kinds)


def to_row(segment: Segment) -> tuple[Any, ...]:
    """Return a manifest row.

    >>> to_row(Segment(0, 2, (2,), Stored("a", 1, "f0"), Stored("b", 2, "f1")))
    (0, 2, '[2]', 'a', 1, 'f0', 'b', 2, 'f1')
    """
    return (segment.first, segment.rows, json.dumps(segment.kinds), *segment.names, *segment.numbers)


def from_row(row: tuple[Any, ...]) -> Segment:
    """Return what a manifest row says."""
    return Segment(row[0], row[1], tuple(json.loads(row[2])), Stored(*row[3:6]), Stored(*row[6:9]))
