"""Wire: columns as the bytes that PostgreSQL's binary COPY reads.

Source: PostgreSQL 17 documentation, "COPY", section "Binary Format".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END: Final = b"\xff\xff"
_GAP: Final = pa.scalar(b"\xff\xff\xff\xff", pa.binary())  # a length of -1: null
_ROWS: Final = 1 << 13  # of a block: far below the 2 GiB that one Arrow array of bytes may hold


def blocks(columns: Mapping[str, Any]) -> Iterator[memoryview]:
    """Yield the rows of equally long columns of strings, bytes, int16, int64, float64; NaN goes as null.

    >>> bytes(next(blocks({"kind": pa.array([7], pa.int16())}))).hex(" ")
    '00 01 00 00 00 02 00 07'
    """
    table = pa.table(dict(columns))
    for at in range(0, table.num_rows, _ROWS):
        part = table.slice(at, _ROWS).combine_chunks()
        count = _whole(np.full(part.num_rows, len(columns), ">i2"))
        pieces = [piece for column in part.columns for piece in _pieces(column)]
        rows = pc.binary_join_element_wise(count, *pieces, b"")
        yield memoryview(rows.buffers()[2])[: rows.total_values_length]


def _pieces(column: pa.ChunkedArray) -> list[pa.Array]:
    """Return each field of a column as its length, then its bytes."""
    values = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if values.type in (pa.string(), pa.binary()):
        sizes = pc.fill_null(pc.binary_length(values), -1).to_numpy()
        return [_whole(sizes.astype(">i4")), pc.fill_null(values.cast(pa.binary()), b"")]
    gaps = pc.is_null(values, nan_is_null=True)
    numbers = pc.fill_null(values, 0).to_numpy()
    dtype = numbers.dtype.newbyteorder(">")
    fields = np.empty(len(numbers), np.dtype([("size", ">i4"), ("value", dtype)]))
    fields["size"], fields["value"] = dtype.itemsize, numbers
    whole = _whole(fields)
    return [pc.if_else(gaps, _GAP, whole) if pc.any(gaps).as_py() else whole]


def _whole(values: NDArray[Any]) -> pa.Array:
    """Return the bytes of each value, not copied."""
    size = values.dtype.itemsize
    starts = np.arange(0, size * (len(values) + 1), size, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), len(values), [None, pa.py_buffer(starts), pa.py_buffer(values)])
