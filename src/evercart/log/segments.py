"""Segments: sealed stretches of the log, each a file of names beside a file of numbers.

Names (ids, keys, texts, properties) are Parquet, for people. Numbers with hashed names are Arrow IPC,
uncompressed, mapped into memory, for folds. Columns in which nothing was sent are left out. Of an erased row's id
the numbers keep the hashes, in columns that no batch of events has.
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

from evercart.events.kinds import TOMBSTONE
from evercart.events.schema import SCHEMA
from evercart.log.columns import HASHED, NAMES, NUMBERS, STAMPED, decoded, encoded, gaps
from evercart.log.faults import plainly
from evercart.log.files import Stored, mapped, store
from evercart.log.ids import NONE_ERASED, Erased, Ids, hash_ids, with_erased
from evercart.units import NO_KEY

_ERASED: Final = ("erased_high", "erased_low")
SEGMENT_ROWS: Final = 1 << 18
_GROUP_ROWS: Final = 1 << 14  # of names: what is decoded to look at one row
_UNIQUE: Final = ("id", "text", "properties", "x")  # not worth a dictionary


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
    folder: Path, table: pa.Table, first: int, logged_us: NDArray[np.int64], key: int, ids: Ids, edition: str = ""
) -> Segment:
    """Write the rows of a checked table durably; the manifest's row makes them part of the log.

    ids        of the rows, erased ones among them
    edition    sets the files apart from those of the same rows that they are to replace
    """
    kinds = table["kind"].to_numpy()
    erased = kinds == TOMBSTONE
    numbers: dict[str, Any] = {"logged_us": logged_us, "id": np.where(erased, NO_KEY, ids.high)}
    if erased.any():
        for name, hashes in zip(_ERASED, (ids.high, ids.low), strict=True):
            numbers[name] = np.where(erased, hashes, NO_KEY)
    for name in (*NUMBERS, *HASHED):
        if name not in numbers and table[name].null_count < table.num_rows:
            numbers[name] = encoded(table[name], name, key)
    name = f"{first:016d}{edition}"
    return Segment(
        first,
        table.num_rows,
        tuple(np.unique(kinds).tolist()),
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
    stored = _stored(folder, segment)
    found: dict[str, NDArray[Any]] = {}
    for name in columns:
        if name == "offset":
            found[name] = np.arange(segment.first, segment.stop)
        else:
            found[name] = stored[name] if name in stored else gaps(name, segment.rows)
    return found


def _stored(folder: Path, segment: Segment) -> dict[str, NDArray[Any]]:
    """Return the columns that a file of numbers has."""
    path = folder / segment.numbers.name
    memory = mapped(path)
    with plainly(path):
        whole = pa.py_buffer(memory)
        batch = pa.ipc.open_file(pa.BufferReader(whole)).get_batch(0)
    found: dict[str, NDArray[Any]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        at = column.buffers()[1].address - whole.address
        found[name] = np.frombuffer(memory, column.type.to_pandas_dtype(), segment.rows, at)
    return found


def read_erased(folder: Path, segment: Segment) -> Erased:
    """Return what is left of the ids of a segment's erased rows."""
    stored = _stored(folder, segment)
    if _ERASED[0] not in stored:
        return NONE_ERASED
    high, low = (stored[name] for name in _ERASED)
    places = np.flatnonzero(high)
    return Erased(segment.first + places, high[places], low[places])


def read_ids(folder: Path, segment: Segment, key: int) -> Ids:
    """Return the hashes of a whole segment's ids, erased ones among them."""
    sent = hash_ids(_read_words(folder / segment.names.name, np.arange(segment.rows))["id"], key)
    return with_erased(sent, segment.first, read_erased(folder, segment))


def read_names(folder: Path, segment: Segment, places: NDArray[np.int64]) -> pa.Table:
    """Return the rows at these places of a segment, in this order, in `STAMPED`."""
    stored = _stored(folder, segment)
    words = _read_words(folder / segment.names.name, places)

    def column(name: str, kind: Any) -> Any:
        if name == "offset":
            return pa.array(segment.first + places)
        if name in NAMES:
            return words[name] if name in words.column_names else pa.nulls(len(places), kind)
        return decoded(stored[name][places] if name in stored else gaps(name, len(places)), name)

    columns = [column(f.name, f.type) for f in STAMPED]
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
