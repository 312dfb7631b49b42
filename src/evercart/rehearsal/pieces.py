"""Pieces: the rows of a log brought into another one, as much at a time as a plan says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from evercart.events.kinds import SENT
from evercart.events.schema import SCHEMA
from evercart.log import Log
from evercart.rehearsal.rarer import Change

_ROWS: Final = 1 << 17  # of one commit
_SENT: Final = {kind.number for kind in SENT}


def stops(log: Log, ends_us: Sequence[int]) -> list[int]:
    """Return the offsets before which all rows are older than each of these log times.

    ends_us    in rising order
    """
    found = np.zeros(len(ends_us), np.int64)
    for events in log.read(0):
        found += np.searchsorted(events.logged_us, ends_us)
    return [int(stop) for stop in found]


class Pieces:
    """Brings one log into another, in order: what was sent, not what the system wrote itself.

    Log times stay as they are; offsets are new, since rows of our own stand between.
    """

    def __init__(self, source: Log, target: Log, change: Change) -> None:
        self._source, self._target, self._change = source, target, change
        self._state: Any = change.start()
        self._at = 0

    def bring(self, stop: int) -> int:
        """Bring in the rows up to an offset of the source; return how many were brought."""
        brought = 0
        for first in range(self._at, stop, _ROWS):
            rows = self._source.names(first, min(first + _ROWS, stop), _SENT)
            self._state, rows = self._change.step(self._state, rows)
            self._target.adopt(_again(rows, self._target.next_offset), {})
            brought += rows.num_rows
        self._at = max(self._at, stop)
        return brought


def _again(rows: pa.Table, offset: int) -> pa.Table:
    """Return rows as they stand from an offset on."""
    offsets = pa.array(np.arange(offset, offset + rows.num_rows))
    return pa.table({"offset": offsets, "logged_us": rows["logged_us"], **{name: rows[name] for name in SCHEMA.names}})
