"""Moves: promotions, rollbacks, as events that a replay obeys.

A move says whom it found reigning. If another reigned by then (two people moved at once), it is passed over, in
every replay alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import pyarrow as pa

from evercart.errors import UserError, expected, require, unknown
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.fold import config_hash

PROMOTION: Final = number("promotion")
WHYS: Final = ("first", "gate", "turned", "person", "force", "settings")
_IN_PROPERTIES: Final = ("revision", "revision_offset", "who")


@dataclass(frozen=True)
class Move:
    """One move of what is live in an app.

    from_model         the model that reigned when it was decided; "" before the first
    to_model           the one that reigns from the event on
    why                "first"; "gate": it passed; "turned": evidence turned against the model before; "person":
                       somebody asked for it; "force": somebody overruled the gate, outside its level; "settings":
                       the model before races no more
    who                the gate, or the person
    us                 when it was decided, log time
    reason             in words
    revision           address of an older revision from which `to_model` starts anew; "": it goes on as it stands
    revision_offset    next offset of that revision; -1 without one. What lies between it and the event is skipped
    """

    app: str
    from_model: str
    to_model: str
    why: str
    who: str
    us: int
    reason: str = ""
    revision: str = ""
    revision_offset: int = -1

    def __post_init__(self) -> None:
        for name in ("app", "to_model", "who"):
            require(getattr(self, name) != "", f"move.{name}", "a text that is not empty", getattr(self, name))
        if self.why not in WHYS:
            raise UserError(unknown("move.why", "reasons", WHYS, self.why))
        other = self.to_model != self.from_model
        require(other, "move.to_model", "a model other than the one that reigns", self.to_model)
        said, rule = (
            (self.revision != "") == (self.revision_offset >= 0),
            "an offset where a revision is named, else -1",
        )
        require(said, "move.revision_offset", rule, self.revision_offset)

    @property
    def forced(self) -> bool:
        """Return whether somebody overruled the gate."""
        return self.why == "force"

    def row(self) -> dict[str, Any]:
        """Return it as a row of the log; its id is of its content, so sending it again is harmless.

        >>> Move("spend", "", "ab12", "first", "evercart", us=5).row()["model"]
        'ab12'
        """
        return {
            "id": f"promotion {config_hash(self)}",
            "event_us": self.us,
            "kind": PROMOTION,
            "app": self.app,
            "model": self.to_model,
            "current": self.from_model or None,
            "why": self.why,
            "text": self.reason or None,
            "properties": json.dumps({name: getattr(self, name) for name in _IN_PROPERTIES}, sort_keys=True),
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the move that a row of the log tells of; without properties it names no revision."""
        where = f"promotion at offset {row.get('offset', 'unknown')}"
        try:
            app, old, new, why = row["app"], row["current"] or "", row["model"], row["why"]
            said = {"who": why} | json.loads(row["properties"] or "{}")
            kept = {name: said[name] for name in _IN_PROPERTIES if name in said}
            return cls(app, old, new, why, us=row["event_us"], reason=row["text"] or "", **kept)
        except (KeyError, TypeError, ValueError) as error:
            rule = "an event with app, model, current, why, text, properties"
            raise UserError(expected(where, rule, f"{type(error).__name__}: {error}")) from error


class Logged(NamedTuple):
    """A move with the offset of its event."""

    offset: int
    move: Move


class Current(NamedTuple):
    """What is live in an app, by which event.

    previous    the model that reigned before it; "" for the first
    skipped     offsets [first, end) from which it never learned; None unless it started anew
    """

    app: str
    model: str
    offset: int
    previous: str
    revision: str
    skipped: tuple[int, int] | None


def table(moves: Iterable[Move]) -> pa.Table:
    """Return moves as rows to append to the log."""
    return conform(pa.Table.from_pylist([move.row() for move in moves], schema=SCHEMA))


def logged(rows: Iterable[Mapping[str, Any]]) -> list[Logged]:
    """Return the moves among rows of the log (`offset` with the columns of its schema), in their order."""
    return [Logged(row["offset"], Move.of_row(row)) for row in rows if row["kind"] == PROMOTION]


def obey(now: Current | None, one: Logged) -> Current | None:
    """Return what is live in the move's app after it, from what was live before it."""
    move = one.move
    if move.from_model != (now.model if now else ""):
        return now
    skipped = (move.revision_offset, one.offset) if move.revision else None
    return Current(move.app, move.to_model, one.offset, move.from_model, move.revision, skipped)


def replay_moves(moves: Iterable[Logged], begun: Mapping[str, Current] | None = None) -> dict[str, Current]:
    """Return what is live in each app after moves in the order of the log, going on from what was live.

    >>> first = Move("spend", "", "ab12", "first", "evercart", us=5)
    >>> replay_moves([Logged(7, first)])["spend"].model
    'ab12'
    """
    live = dict(begun or {})
    for one in moves:
        now = obey(live.get(one.move.app), one)
        if now is not None:
            live[one.move.app] = now
    return live
