"""Log time: what the log's clock says of rows that come now or came long ago."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.hashing import hash_name


def live(now_us: int, last_us: int, rows: int) -> NDArray[np.int64]:
    """Return the log time of rows that arrive together, (rows,) microseconds; it never goes back.

    >>> live(now_us=3, last_us=5, rows=2).tolist()
    [5, 5]
    """
    return np.full(rows, max(now_us, last_us), np.int64)


def history(event_us: NDArray[np.int64], last_us: int) -> NDArray[np.int64]:
    """Return max(event time, last log time) row by row, (rows,) microseconds.

    >>> history(np.array([4, 7, 6]), last_us=5).tolist()
    [5, 7, 7]
    """
    return np.maximum(np.maximum.accumulate(event_us), last_us)


def heartbeat_row(us: int, *, begins: bool = False) -> pa.Table:
    """Return the one row, in `SCHEMA`, that says what time it is, or that live begins; it has no id.

    >>> heartbeat_row(5, begins=True)["live"].to_pylist()
    [1]
    """
    row = {"event_us": pa.array([us]), "kind": pa.array([number("heartbeat")], pa.int16())}
    return conform(pa.table({**row, "live": pa.array([1 if begins else None], pa.int64())}))


def adopted(rows: pa.Table, next_offset: int, last_us: int) -> int | None:
    """Return where live begins among rows of another log, if it does; they must go on where this one ends."""
    offsets, logged_us = rows["offset"].to_numpy(), rows["logged_us"].to_numpy()
    first = int(offsets[0]) if len(offsets) else next_offset
    require(first == next_offset, "adopt.offset", f"{next_offset}, where this log ends", first)
    dense = np.array_equal(offsets, np.arange(first, first + len(offsets)))
    require(dense, "adopt.offset", "offsets without a gap", f"{len(offsets)} rows from {first} on")
    forward = np.array_equal(logged_us, history(logged_us, last_us)) if len(logged_us) else True
    require(forward, "adopt.logged_us", "log time that never goes back", "a row that is older than one before it")
    kind, live = rows["kind"].to_numpy(), rows["live"].fill_null(0).to_numpy()
    begins = np.flatnonzero((kind == number("heartbeat")) & (live == 1))
    return first + int(begins[0]) if len(begins) else None


def key_mark(key: int) -> int:
    """Return what a log keeps of the shop's key, a secret: enough to tell another key, not the key.

    >>> key_mark(1) == key_mark(2)
    False
    """
    return hash_name("mark", key) - (1 << 63)
