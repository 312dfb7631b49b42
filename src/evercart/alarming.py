"""Alarming: what drifts, written into the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from evercart.evaluate.drift.rows import alarm_rows
from evercart.evaluate.drift.watch import Watch
from evercart.log import Log
from evercart.loop import Ring, Said


class Alarming:
    """Gathers alarms until they are written; one that the log has already adds no row.

    Who writes before a checkpoint is saved loses none: what came after it is found again.
    """

    def __init__(self, ring: Ring, log: Log) -> None:
        folds: dict[str, Any] = {lane.app.name: lane.watch.fold for lane in ring.lanes() if lane.watch}
        self._names = {app: fold.names for app, fold in folds.items() if isinstance(fold, Watch)}
        self._log, self._rows = log, list[pa.Table]()

    def add(self, said: Mapping[str, Said]) -> None:
        """Take the alarms of a batch."""
        for app, one in said.items():
            if one.alarms is not None and len(one.alarms):
                self._rows.append(alarm_rows(one.alarms, app, self._names[app]))

    def write(self, now_us: int) -> int:
        """Append what was gathered; return how many rows the log did not have."""
        if not self._rows:
            return 0
        added = self._log.append(pa.concat_tables(self._rows), now_us, own=True).added
        self._rows.clear()
        return added
