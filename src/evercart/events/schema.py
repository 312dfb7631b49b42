"""The schema of the log: what a checked table looks like before it is appended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from evercart.events.kinds import KEYS, PROPERTIES

_TYPES: Final[dict[str, Any]] = {"integer": pa.int64(), "money": pa.int64(), "number": pa.float64()}

SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("event_us", pa.int64()),
        ("kind", pa.int16()),
        *((name, pa.string()) for name in KEYS),
        ("quantity", pa.int64()),
        ("amount", pa.int64()),
        ("currency", pa.string()),
        ("text", pa.string()),
        *((name, _TYPES.get(prop.type, pa.string())) for name, prop in PROPERTIES.items()),
        ("properties", pa.string()),
        ("x", pa.binary()),  # of a decision: the features it was answered from (see `asks.logged`)
    ]
)
_COLUMNS: Final = tuple((f.name, f.type) for f in SCHEMA)
_FEW: Final = 256  # rows of a live commit, mostly
_NULLS: Final = {kind: pa.nulls(_FEW, kind) for _, kind in _COLUMNS}
FIELDS: Final = tuple(f.name for f in SCHEMA if f.type != pa.binary())  # what may be sent from outside


def conform(table: pa.Table) -> pa.Table:
    """Return the table with exactly the columns of `SCHEMA`: what is absent is null.

    >>> conform(pa.table({"id": ["a"], "kind": pa.array([1], pa.int16())})).column_names == SCHEMA.names
    True
    """
    rows, given = table.num_rows, {name: at for at, name in enumerate(table.column_names)}
    columns = [
        _cast(table.column(given[name]), kind) if name in given else _nulls(kind, rows) for name, kind in _COLUMNS
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows, by columns of the log, as a table in `SCHEMA`; what a row leaves out is null.

    >>> table_of([{"id": "d", "kind": 7, "app": "spend"}])["app"].to_pylist()
    ['spend']
    """
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: pa.array([row.get(name) for row in rows], SCHEMA.field(name).type) for name in names}
    return conform(pa.table(columns))


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return column if column.type == kind else column.cast(kind)


def _nulls(kind: pa.DataType, rows: int) -> pa.Array:
    """Return nothing, so many times; few rows are cut from what is held."""
    return _NULLS[kind].slice(0, rows) if rows <= _FEW else pa.nulls(rows, kind)
