"""Compacting: live rows sealed, features of old decisions let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.app import App
from evercart.asks.weave import DECISION
from evercart.log import Log
from evercart.units import SECOND_US

_ROWS: Final = 1 << 20  # of the log, looked through at once: one commit each
Told = Callable[[str, int, int], None]


class Compacted(NamedTuple):
    """What was let go of.

    decisions    whose features were dropped
    kept         live decisions that still have theirs
    bytes        of those that were dropped, as they were sent
    """

    decisions: int
    kept: int
    bytes: int
    next_offset: int


def compact(apps: Sequence[App], log: Log, before: int, told: Told = lambda what, done, whole: None) -> Compacted:
    """Seal live rows; drop the features of decisions that nobody will read again, unless from the log's start.

    before    the offset of the oldest checkpoint that is kept: what lies after it may be learned again from there
    told      is handed what is done, how many rows of the log, of how many

    A decision's features are learned from until its window has closed, with the time for corrections. Log time says
    when that is, so running it again changes nothing. What is dropped can be computed again: see `as_logged`.
    """
    log.seal()
    stop, last_us = log.next_offset, log.last_us
    keeps = {app.name: round((app.window_s + app.late_s) * SECOND_US) for app in apps}
    dropped = kept = size = 0
    for end, offset, closed, sizes in _decisions(log, stop, keeps, last_us):
        gone = closed & (offset < before)
        if gone.any():
            log.blank(offset[gone], ["x"])
        dropped, kept = dropped + int(gone.sum()), kept + int((~gone).sum())
        size += int(sizes[gone].sum())
        told("compacted", end, stop)
    return Compacted(dropped, kept, size, stop)


def _decisions(
    log: Log, stop: int, keeps: dict[str, int], last_us: int
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]]:
    """Yield stretches: end, then of the decisions with features: offset, whether all is learned, size in bytes.

    Those of an app that the shop no longer has are closed after the longest time of any.
    """
    most = max(keeps.values(), default=0)
    for start in range(0, stop, _ROWS):
        end = min(start + _ROWS, stop)
        rows = log.names(start, end, kinds=(DECISION,))
        rows = rows.filter(pc.is_valid(rows["x"]))
        keep_us = np.array([keeps.get(app, most) for app in rows["app"].to_pylist()], np.int64)
        closed = rows["logged_us"].to_numpy() + keep_us < last_us
        yield end, rows["offset"].to_numpy(), closed, pc.binary_length(rows["x"]).to_numpy().astype(np.int64)
