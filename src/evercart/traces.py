"""Traces: the rows of a log that are about one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.events.kinds import kind_name
from evercart.hashing import hash_strings
from evercart.log import Log

_STRETCH: Final = 1 << 20  # offsets blanked in one commit, which keeps writers waiting


class Traces(NamedTuple):
    """Rows of the log that are about one name.

    levels  offsets: of rows with the name, of those that answer them, of those that answer these
    rows    how many, by kind
    """

    levels: tuple[NDArray[np.int64], ...]
    rows: dict[str, int]

    @property
    def first(self) -> int:
        """Return the first offset; -1 for none."""
        return min((int(level[0]) for level in self.levels), default=-1)

    def parts(self) -> Iterator[NDArray[np.int64]]:
        """Yield offsets to blank together; who answers comes first, as only the row it answers leads to it."""
        for level in reversed(self.levels):
            yield from np.split(level, np.flatnonzero(np.diff(level // _STRETCH)) + 1)


def traces(log: Log, what: str, name: str, start: int = 0) -> Traces:
    """Return the rows from an offset on that have a name in a column, with those that answer them, to any depth."""
    levels, kinds, seen = list[NDArray[np.int64]](), Counter[str](), set[int]()
    column, names = what, {name}
    while names:
        parts = [rows.filter(_are_new(rows, seen)) for rows in _named(log, column, names, start)]
        rows = pa.concat_tables(parts) if parts else None
        if rows is None or not rows.num_rows:
            break
        levels.append(rows["offset"].to_numpy())
        seen.update(levels[-1].tolist())
        kinds.update(kind_name(kind) for kind in rows["kind"].to_pylist())
        column, names = "ref", set(rows["id"].drop_null().to_pylist())
    return Traces(tuple(levels), dict(sorted(kinds.items())))


def _named(log: Log, column: str, names: Collection[str], start: int) -> Iterator[pa.Table]:
    """Yield offset, kind, id of rows with one of these names in a column: found by hash, then compared."""
    words = pa.array(sorted(names), pa.string())
    hashes = hash_strings(words, log.key)
    for events in log.read(start, columns=(column,)):
        alike = events.offset[np.isin(events[column], hashes)]
        if len(alike):
            rows = log.names(int(alike[0]), int(alike[-1]) + 1)
            yield rows.filter(pc.is_in(rows[column], value_set=words)).select(["offset", "kind", "id"])


def _are_new(rows: pa.Table, seen: set[int]) -> pa.Array:
    return pa.array([offset not in seen for offset in rows["offset"].to_pylist()], pa.bool_())
