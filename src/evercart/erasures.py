"""Erasures: those that the log says were begun, whether each is finished."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from evercart.events.kinds import number
from evercart.log import Log

KEYS: Final = ("user", "session", "item", "place")
FOLDER: Final = "receipts"
ERASE: Final = number("erase")


class Pending(NamedTuple):
    """An `erase` event without a receipt."""

    what: str
    hash: str
    offset: int
    first: int
    rows: dict[str, int]
    quarantined: int


def begun_in(log: Log, start: int, stop: int) -> list[Pending]:
    """Return the erasures that rows of [start, stop) began, in the order of the log, finished ones among them."""
    rows = log.names(start, stop, {ERASE}).to_pylist()
    return [one for one in map(_of_row, rows) if one is not None]


def receipt_path(folder: Path, offset: int) -> Path:
    """Return where in a shop's folder the receipt lies, or will, of the erasure that was begun at an offset."""
    return folder / FOLDER / f"{offset:016d}.json"


def finished(folder: Path, offset: int) -> bool:
    """Return whether the erasure that was begun at an offset has its receipt."""
    return receipt_path(folder, offset).exists()


def all_finished(folder: Path) -> frozenset[str]:
    """Return the names of all receipts in a shop's folder: they change when, only when an erasure is finished."""
    return frozenset(path.name for path in (folder / FOLDER).glob("*.json"))


def _of_row(row: dict[str, Any]) -> Pending | None:
    """Return what an `erase` event of ours says; others come without what it needs."""
    try:
        said = json.loads(row["properties"])
        rows = {str(kind): int(count) for kind, count in said["rows"].items()}
        return Pending(row["what"], row["ref"], row["offset"], int(said["first"]), rows, int(said["quarantined"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
