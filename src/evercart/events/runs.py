"""Runs: checked rows in order of event time, spilled to disk, merged back into one stream.

Source: Knuth, The Art of Computer Programming 3, section 5.4 (external sorting by merging).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.durable import writing
from evercart.errors import UserError, expected
from evercart.events.schema import conform

ROWS: Final = 1 << 18  # of a run, about
_WINDOW: Final = 1 << 18  # rows that a merge looks at, over all its streams
_LEAST: Final = 1 << 8
_MOST: Final = 1 << 16
_ABOUT: Final = b"evercart"


class Run(NamedTuple):
    """A sorted table on disk, with what its making counted."""

    path: Path
    about: dict[str, Any]


def write(path: Path, table: pa.Table, about: dict[str, Any]) -> Run:
    """Sort a table by event time, rows of one instant as they stand; write it durably by one rename.

    Columns without any value are left out, as `conform` puts them back.
    """
    us = table["event_us"].to_numpy()
    if len(us) and (us[1:] < us[:-1]).any():
        table = table.take(pa.array(np.argsort(us, kind="stable")))
    full = [name for name in table.column_names if name == "event_us" or table[name].null_count < len(table)]
    table = table.select(full).replace_schema_metadata({_ABOUT: json.dumps(about)})
    try:
        with writing(path) as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    except OSError as error:
        raise UserError(expected(str(path), "room for the rows of an import", error.strerror)) from error
    return Run(path, about)


def find(path: Path) -> Run | None:
    """Return a run that was finished earlier, if it was."""
    try:
        with pa.memory_map(str(path)) as file:
            return Run(path, json.loads(pa.ipc.open_file(file).schema.metadata[_ABOUT]))
    except (OSError, pa.ArrowException):
        return None


class _Stream:
    """Runs that follow one another in time, looked at through a window."""

    def __init__(self, runs: Sequence[Run], window: int) -> None:
        self._runs, self._window = list(runs), window
        self._table, self._at = _open(self._runs.pop(0)), 0
        self.advance(0)

    def advance(self, rows: int) -> None:
        """Move past rows of the window, into the next run at the end of one."""
        self._at += rows
        while self._at >= len(self._table) and self._runs:
            self._table, self._at = _open(self._runs.pop(0)), 0
        self.us: NDArray[np.int64] = self._table["event_us"][self._at : self._at + self._window].to_numpy()

    def head(self, rows: int) -> pa.Table:
        """Return the first rows of the window."""
        return self._table.slice(self._at, rows)


def _open(run: Run) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(run.path))).read_all()


def merge(runs: Sequence[Run], skip: int = 0) -> Iterator[pa.Table]:
    """Return all rows but the first `skip` in `SCHEMA`, by event time; ties in the order of the runs.

    Memory is bounded by the window, whatever the number of runs.
    """
    chains = _chains([run for run in runs if run.about["rows"]])
    window = min(max(_WINDOW // max(len(chains), 1), _LEAST), _MOST)
    streams = [_Stream(chain, window) for chain in chains]
    while streams:
        counts = _due(streams)
        total = sum(counts)
        if skip < total:
            merged = _merged([(stream, rows) for stream, rows in zip(streams, counts, strict=True) if rows])
            yield conform(merged.slice(skip))
        skip = max(skip - total, 0)
        for stream, rows in zip(streams, counts, strict=True):
            if rows:
                stream.advance(rows)
        streams = [stream for stream in streams if len(stream.us)]


def _chains(runs: Sequence[Run]) -> list[list[Run]]:
    """Join neighbours that are in order already: a sorted source becomes one stream."""
    chains: list[list[Run]] = []
    for run in runs:
        if chains and chains[-1][-1].about["last_us"] <= run.about["first_us"]:
            chains[-1].append(run)
        else:
            chains.append([run])
    return chains


def _due(streams: Sequence[_Stream]) -> list[int]:
    """Return how many rows of each window come before all that is not in a window yet."""
    last = [int(stream.us[-1]) for stream in streams]
    first = last.index(min(last))  # its window ends first; of equal ones the earlier stream's
    return [
        len(stream.us) if i == first else int(np.searchsorted(stream.us, last[first], "right" if i < first else "left"))
        for i, stream in enumerate(streams)
    ]


def _merged(parts: Sequence[tuple[_Stream, int]]) -> pa.Table:
    if len(parts) == 1:
        return parts[0][0].head(parts[0][1])
    together = pa.concat_tables([stream.head(rows) for stream, rows in parts], promote_options="default")
    order = np.argsort(np.concatenate([stream.us[:rows] for stream, rows in parts]), kind="stable")
    return together.combine_chunks().take(pa.array(order))
