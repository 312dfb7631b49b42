"""Imports: history cut into the commits that a killed import goes on from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

from evercart.events.schema import SCHEMA
from evercart.log.log import REFUSED, Appended, Batches, Refuse

Commit = Callable[[int, pa.Table, bool, Refuse], Appended]


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


def in_parts(
    progress: tuple[int, bool], batches_from: Batches, rows: int, commit: Commit, refuse: Refuse | None
) -> Appended:
    """Import what is left, in commits of `rows`; return the sums of what they say.

    progress  rows consumed before, whether the import is finished
    commit    is handed the rows consumed before, a part, whether it is the last, where refused rows go
    """
    consumed, finished = progress
    gathered: list[pa.Table] = []
    refuse = refuse or gathered.append
    added = duplicates = late = next_offset = 0
    for table, last in () if finished else recut(batches_from(consumed), rows):
        said = commit(consumed, table, last, refuse)
        consumed, next_offset = consumed + table.num_rows, said.next_offset
        added, duplicates, late = added + said.added, duplicates + said.duplicates, late + said.late
    return Appended(added, duplicates, late, pa.concat_tables([REFUSED.empty_table(), *gathered]), next_offset)
