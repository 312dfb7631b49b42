"""History: what the log of a rehearsal tells of its moves, its verdicts, its alarms."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

from evercart.annals import entries
from evercart.app import App
from evercart.gate.level import needed, share
from evercart.gate.rules import Better
from evercart.publish.moves import PROMOTION, Move
from evercart.referee import VERDICT
from evercart.rehearsal.rehearsed import Judged, Moved, Noticed
from evercart.shop import Shop


class History(NamedTuple):
    """Each in the order of the log."""

    moves: tuple[Moved, ...]
    verdicts: tuple[Judged, ...]
    alarms: tuple[Noticed, ...]


def history(shop: Shop, app: App) -> History:
    """Return what a shop's log tells of an app."""
    names = {model.id: model.name for model in shop.shelf.models(app.name)}
    rows = shop.log.names(0, shop.log.next_offset, {PROMOTION, VERDICT}).to_pylist()
    own = [row for row in rows if row["app"] == app.name]
    alarms = (one for one in entries(shop.log, shop.shelf, app.name) if one.what == "alarm")
    return History(
        tuple(_moved(Move.of_row(row), names) for row in own if row["kind"] == PROMOTION),
        tuple(_judged(row, app, names) for row in own if row["kind"] == VERDICT),
        tuple(Noticed(one.us, one.what, one.text) for one in alarms),
    )


def _moved(move: Move, names: dict[str, str]) -> Moved:
    return Moved(move.us, names.get(move.from_model, ""), names[move.to_model], move.why, move.who, move.reason)


def _judged(row: dict[str, Any], app: App, names: dict[str, str]) -> Judged:
    figures = json.loads(row["properties"])
    levels = [rule.level for rule in app.gate if isinstance(rule, Better)]
    need = max((needed(share(level, figures["enrolled"])) for level in levels), default=math.nan)
    return Judged(
        us=row["event_us"],
        champion=names[row["current"]],
        challenger=names[row["model"]],
        passed=bool(row["passed"]),
        objections=tuple((row["text"] or "").splitlines()),
        nats=float(figures["log_money"] or 0.0),
        need=need,
        questions=int(figures["whole"]["questions"]),
    )
