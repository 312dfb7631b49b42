"""Alarming: what drifts or cannot be learned, written into the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from evercart.evaluate.drift.rows import alarm_rows
from evercart.evaluate.drift.watch import Watch
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.learners.skips import skips
from evercart.log import Log
from evercart.loop import Ring, Said

_SKIPPED: Final = "skipped"
_AGAIN: Final = 2  # once so many times more steps were left out than were told, they are told again


class Alarming:
    """Gathers alarms until they are written; one that the log has already adds no row.

    Who writes before a checkpoint is saved loses none: what came after it is found again.
    """

    def __init__(self, ring: Ring, log: Log) -> None:
        folds: dict[str, Any] = {lane.app.name: lane.watch.fold for lane in ring.lanes() if lane.watch}
        self._names = {app: fold.names for app, fold in folds.items() if isinstance(fold, Watch)}
        self._ring, self._log, self._rows = ring, log, list[pa.Table]()
        self._told: dict[tuple[str, str], float] | None = None

    def add(self, said: Mapping[str, Said]) -> None:
        """Take the alarms of a batch."""
        for app, one in said.items():
            if one.alarms is not None and len(one.alarms):
                self._rows.append(alarm_rows(one.alarms, app, self._names[app]))

    def look(self, states: Mapping[str, Any], us: int) -> None:
        """Raise an alarm for each learner that has left out steps, by the ring's states at a log time."""
        models = {lane.app.name: lane.models for lane in self._ring.lanes()}
        for app, racers in skipped(self._ring, states).items():
            for racer, steps in racers.items():
                told, line = self._known(), (app, models[app][racer].id)
                if steps >= _AGAIN * told.get(line, 0):
                    self._rows.append(_skipped_row(app, racer, line[1], (told.get(line, 0.0), steps), us))
                    told[line] = steps

    def write(self, now_us: int) -> int:
        """Append what was gathered; return how many rows the log did not have."""
        if not self._rows:
            return 0
        added = self._log.append(pa.concat_tables(self._rows), now_us, own=True).added
        self._rows.clear()
        return added

    def _known(self) -> dict[tuple[str, str], float]:
        """Return how many steps the log has told of, by app and model: a replay tells nothing twice."""
        if self._told is None:
            self._told = {}
            rows = self._log.names(0, self._log.next_offset, {number("alarm")}).to_pylist()
            for row in (row for row in rows if row["what"] == _SKIPPED):
                line = row["app"], json.loads(row["properties"])["model"]
                self._told[line] = max(self._told.get(line, 0.0), row["now"])
        return self._told


def skipped(ring: Ring, states: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return how many steps each racer's learner left out, by app, of those that left out any."""
    every = {
        lane.app.name: {name: skips(states[lane.racers[name].name]) for name in lane.models} for lane in ring.lanes()
    }
    found = {app: {name: steps for name, steps in racers.items() if steps} for app, racers in every.items()}
    return {app: racers for app, racers in found.items() if racers}


def _skipped_row(app: str, racer: str, line: str, steps: tuple[float, int], us: int) -> pa.Table:
    was, now = steps
    row = {
        "id": f"alarm/{app}/{_SKIPPED}/{line}/{now}",
        "event_us": us,
        "kind": number("alarm"),
        "app": app,
        "what": _SKIPPED,
        "since_us": us,
        "was": was,
        "now": float(now),
        "text": f"{now:,} step{'s' if now > 1 else ''} of {app}/{racer} skipped: loss not finite",
        "properties": json.dumps({"model": line, "racer": racer}, sort_keys=True),
    }
    return conform(pa.Table.from_pylist([row], schema=SCHEMA))
