"""Imports: history cut into the commits that a killed import goes on from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from evercart.events.schema import SCHEMA


def recut(tables: Iterable[pa.Table], rows: int) -> Iterator[tuple[pa.Table, bool]]:
    """Yield the same rows in tables of `rows`, and whether it is the last, which may be shorter or empty.

    >>> [(part.num_rows, last) for part, last in recut([SCHEMA.empty_table()], 2)]
    [(0, True)]
    """
    held, count = [SCHEMA.empty_table()], 0
    for table in tables:
        held.append(table)
        count += table.num_rows
        while count > rows:
            whole = pa.concat_tables(held)
            yield whole.slice(0, rows), False
            held, count = [whole.slice(rows)], count - rows
    yield pa.concat_tables(held), True
