"""Findings: which rows of a table broke a rule, with the value that did."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ROW: Final = "row"  # the column that holds a row's number in its source, from 1
SHOWN: Final = 160  # characters of a value that are shown


class Refusal(NamedTuple):
    """A row that may not enter: its number in the source, the field, the rule it broke, the value that did."""

    row: int
    field: str
    rule: str
    value: str  # shortened
    body: str  # the whole row as JSON


Refusals = tuple[Refusal, ...]


def shown(value: object) -> str:
    """Return a value as a person reads it, shortened.

    >>> shown(None), shown("abc"), shown("x" * 10_000_000)[-25:]
    ('null', 'abc', '… (10,000,000 characters)')
    """
    text = "null" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text):,} characters)"


def numbered(table: pa.Table) -> pa.Table:
    """Return the table with a column of row numbers, counted from 1 where it has none."""
    if ROW in table.column_names:
        return table
    return table.append_column(ROW, pa.array(np.arange(1, table.num_rows + 1)))


class Findings:
    """The first rule that each row of a table broke."""

    def __init__(self, rows: int) -> None:
        self.broken: NDArray[np.bool_] = np.zeros(rows, np.bool_)
        self._noted: list[tuple[NDArray[np.int64], str, str, list[Any]]] = []

    def note(self, field: str, rule: str, mask: NDArray[np.bool_], column: pa.Array | pa.ChunkedArray) -> None:
        """Note the rows of a mask, (rows,), but those already noted; `column` holds the values as sent."""
        new = np.flatnonzero(mask & ~self.broken)
        if len(new):
            self.broken[new] = True
            self._noted.append((new, field, rule, column.take(pa.array(new)).to_pylist()))

    def split(self, table: pa.Table) -> tuple[pa.Table, Refusals]:
        """Return the rows that broke nothing, with the refusals of the others in the order of their rows."""
        if not self._noted:
            return table, ()
        bodies = iter(table.take(pa.array(np.concatenate([where for where, *_ in self._noted]))).to_pylist())
        refusals = [
            _refusal(next(bodies), field, rule, value)
            for where, field, rule, values in self._noted
            for _, value in zip(where, values, strict=True)
        ]
        return table.filter(pa.array(~self.broken)), tuple(sorted(refusals))


def _refusal(row: dict[str, Any], field: str, rule: str, value: object) -> Refusal:
    number = row.pop(ROW)
    body = {name: kept for name, kept in row.items() if kept is not None}
    if value is not None:
        body[field] = value  # as sent, where it could not be read
    return Refusal(number, field, rule, shown(value), json.dumps(body, default=str, ensure_ascii=False))
