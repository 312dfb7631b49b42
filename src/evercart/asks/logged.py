"""Logged: the features that live decisions were answered from, as bytes in the log.

The column `x` of a decision holds a mark of what its columns mean, 8 bytes, then float32, little-endian.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.asks.weave import DECISION, names
from evercart.events.batch import Events
from evercart.fold import config_hash
from evercart.hashing import U64
from evercart.log.log import Log

_FLOAT: Final = np.dtype("<f4")


class Kept(NamedTuple):
    """Decisions that still have their features, in the order of the log."""

    offset: NDArray[np.int64]  # (decisions,)
    x: pa.ChunkedArray  # (decisions,) bytes


Read = Callable[[int, int], Kept]  # from the offsets [start, stop)


def layout(columns: Sequence[object]) -> bytes:
    """Return the mark, 8 bytes, of what the columns of X mean.

    >>> layout(("visits",)) == layout(("visits", "amount"))
    False
    """
    return bytes.fromhex(config_hash(tuple(columns)))


def encoded(x: NDArray[np.float32], mark: bytes) -> list[bytes]:
    """Return what is stored of features, (questions, width), one a question.

    >>> len(encoded(np.zeros((1, 3), np.float32), layout(()))[0])
    20
    """
    return [mark + row.tobytes() for row in np.ascontiguousarray(x, _FLOAT)]


def decoded(stored: pa.ChunkedArray, mark: bytes, width: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which rows hold features of this meaning, (rows,); those features, (as many, width)."""
    right = pc.equal(pc.binary_length(stored), len(mark) + _FLOAT.itemsize * width)
    ours = pc.equal(pc.binary_slice(stored, 0, len(mark)), pa.scalar(mark))
    held = pc.fill_null(pc.and_(right, ours), False)
    record = np.dtype([("mark", f"V{len(mark)}"), ("x", _FLOAT, (width,))])
    rows = np.frombuffer(b"".join(stored.filter(held).to_pylist()), record)["x"]
    return held.to_numpy(), rows.astype(np.float32)


def reader(log: Log) -> Read:
    """Return what reads features out of a log; a stretch without decisions costs next to nothing."""

    def read(start: int, stop: int) -> Kept:
        rows = log.names(start, stop, kinds=(DECISION,), columns=("offset", "x"))
        rows = rows.filter(pc.is_valid(rows["x"]))
        return Kept(rows["offset"].to_numpy(), rows["x"])

    return read


def beforehand(read: Read, events: Events) -> Read:
    """Return what has read already all that a batch of the log may ask for; `read` is asked once, or not at all."""
    at = events.offset[events.kind == DECISION]
    none = Kept(np.empty(0, np.int64), pa.chunked_array([], pa.binary()))
    held = read(int(at[0]), int(at[-1]) + 1) if len(at) else none

    def kept(start: int, stop: int) -> Kept:
        first, end = np.searchsorted(held.offset, (start, stop)).tolist()
        return Kept(held.offset[first:end], held.x.slice(first, end - first))

    return kept


def as_logged(
    app: int, columns: Sequence[object], woven: Events, x: NDArray[np.float32], read: Read | None
) -> NDArray[np.float32]:
    """Return X with the features that an app's live decisions were answered from, where the log still has them.

    app     the app's name, hashed under the shop's key
    columns what those of X mean
    x       (questions, width) as the tables say it

    Where they were dropped, or mean something else, the tables' stand: they were computed at the decision's row.
    """
    asked = np.flatnonzero(woven.asked)
    mine = np.flatnonzero((names(woven, "app")[asked] == U64(app)) & (names(woven, "id")[asked] != 0))
    if not len(mine) or read is None:
        return x
    offset = woven.offset[asked[mine]]
    kept = read(int(offset[0]), int(offset[-1]) + 1)
    held, rows = decoded(kept.x, layout(columns), x.shape[1])
    _, place, row = np.intersect1d(offset, kept.offset[held], assume_unique=True, return_indices=True)
    found = x.copy()
    found[mine[place]] = rows[row]
    return found
