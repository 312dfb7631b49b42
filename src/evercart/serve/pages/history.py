"""History: what became of the models of each app, read on as the log grows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final, NamedTuple

from evercart.annals import KINDS, VERDICT, Entry, entry
from evercart.shop import Shop

_PART: Final = 1 << 18  # rows looked through at a time


class Found(NamedTuple):
    """What the gate said of a model last.

    evidence   by name, as `gate.Evidence.figures` has it
    """

    us: int
    passed: bool
    objections: tuple[str, ...]
    evidence: Mapping[str, Any]


class Histories:
    """Entries by app; what was read once is not read again."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._lock = shop, Lock()
        self._at = 0
        self._rows: dict[str, list[dict[str, Any]]] = {}

    def of(self, app: str) -> tuple[Entry, ...]:
        """Return what happened to the models of an app, in the order of the log."""
        with self._lock:
            self._go_on()
            rows = tuple(self._rows.get(app, ()))
        if not rows:
            return ()
        shelf = self._shop.shelf
        names = {model.id: model.name for model in shelf.models(app)}
        who = {one.offset: one.move.who for one in shelf.moves(app)}
        return tuple(entry(row, names, who.get(row["offset"], "")) for row in rows)

    def verdicts(self, app: str) -> dict[str, Found]:
        """Return what the gate said last of each model, by its id."""
        with self._lock:
            self._go_on()
            rows = [row for row in self._rows.get(app, ()) if row["kind"] == VERDICT]
        return {row["model"]: _found(row) for row in rows}

    def _go_on(self) -> None:
        log = self._shop.log
        end = log.next_offset
        while self._at < end:
            stop = min(end, self._at + _PART)
            for row in log.names(self._at, stop, KINDS).to_pylist():
                self._rows.setdefault(row["app"], []).append(row)
            self._at = stop


def _found(row: Mapping[str, Any]) -> Found:
    objections = tuple(row["text"].split("\n")) if row["text"] else ()
    return Found(row["event_us"], bool(row["passed"]), objections, json.loads(row["properties"] or "{}"))
