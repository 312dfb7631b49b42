"""Log time: what the log's clock says of rows that come now or came long ago."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.events.kinds import number
from evercart.events.schema import conform


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
