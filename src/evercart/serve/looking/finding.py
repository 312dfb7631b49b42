"""Finding: decisions in a log, the newest first, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.asks.weave import DECISION
from evercart.errors import expected, require
from evercart.events.batch import Events
from evercart.hashing import hash_name
from evercart.log import Log
from evercart.serve.problem import Problem, Unknown

KEYS: Final = ("id", "user", "session", "item")
STRETCH: Final = 1 << 16  # rows read at once, from the end backwards
MOST_READ: Final = 1 << 22  # rows that one answer may look at
_NEAR: Final = 1 << 11  # rows: what is read anyway to read one
Row = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which decisions: of one app, about one name; "" is any.

    by    the column that holds the name, one of `KEYS`; "": whichever does
    """

    app: str = ""
    name: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        require(self.by in ("", *KEYS), "by", "one of " + " ".join(KEYS), self.by)


class Found(NamedTuple):
    """Some decisions as the log has them, newest first.

    older    offset before which to look on; None where the log was searched to its start
    since    log time down to which was looked; 0 where nothing was
    """

    rows: tuple[Row, ...]
    older: int | None
    since: int


def find(log: Log, wanted: Wanted, before: int | None = None, most: int = 20, read: int = MOST_READ) -> Found:
    """Return decisions that stand before an offset.

    most    decisions
    read    rows of the log that are looked at, at most: then it is told where to look on
    """
    require(most >= 1, "most", "at least 1", most)
    stop = log.next_offset if before is None else max(0, min(before, log.next_offset))
    end, least = stop, max(0, stop - read)
    wants = _wants(log, wanted)
    offsets: list[int] = []
    since = 0
    while end > least and len(offsets) <= most:
        start = max(least, end - STRETCH)
        parts = list(log.read(start, end, columns=tuple(wants.columns), kinds=(DECISION,)))
        for events in reversed(parts):
            offsets += events.offset[wants.among(events)][::-1].tolist()
        end = start
    if len(offsets) > most:
        offsets = offsets[:most]
        end = offsets[-1]
    if end < stop:
        since = next((int(events.logged_us[0]) for events in log.read(end, end + 1)), 0)
    return Found(tuple(_rows(log, offsets)), end or None, since)


def the_one(log: Log, id: str) -> Row:
    """Return a decision by its id; raises `Unknown`."""
    offset = int(log.find(pa.chunked_array([[id]], pa.string()))[0]) if id.isprintable() and id else -1
    row = next(_rows(log, [offset]), None) if offset >= 0 else None
    if row is None or row["kind"] != DECISION:
        raise Unknown(expected("decision", "the id of one in the log", id))
    return row


class _Wants(NamedTuple):
    """What is looked for, hashed under the log's key."""

    app: int
    columns: dict[str, None]
    by: tuple[str, ...]
    name: int

    def among(self, events: Events) -> NDArray[np.bool_]:
        """Return which rows are wanted, (rows,)."""
        right: NDArray[np.bool_] = events["id"] != 0
        if self.app:
            right &= events["app"] == np.uint64(self.app)
        if self.by:
            right &= np.any([events[name] == np.uint64(self.name) for name in self.by], axis=0)
        return right


def _wants(log: Log, wanted: Wanted) -> _Wants:
    by = ((wanted.by,) if wanted.by else KEYS) if wanted.name else ()
    columns = dict.fromkeys(("id", *(("app",) if wanted.app else ()), *by))
    return _Wants(_hash(wanted.app, log), columns, by, _hash(wanted.name, log))


def _hash(name: str, log: Log) -> int:
    try:
        return hash_name(name, log.key) if name else 0
    except UnicodeEncodeError:
        raise Problem(expected("name", "text in UTF-8", "other bytes")) from None


def _rows(log: Log, offsets: list[int]) -> Iterator[Row]:
    """Hand out decisions as they were made, in this order; those that lie close together are read at once."""
    near: list[int] = []
    for offset in [*offsets, -1]:
        if near and (offset < 0 or near[-1] - offset > _NEAR):
            rows = log.names(near[-1], near[0] + 1, kinds=(DECISION,))
            yield from rows.take(pc.index_in(pa.array(near), rows["offset"])).to_pylist()
            near = []
        near.append(offset)
