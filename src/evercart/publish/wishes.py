"""Wishes: what move a promotion or a rollback comes to, as the shelf stands.

Nothing moves here: the move is appended to the log, then the shelf is told of it (`Shelf.obey`).
"""

from __future__ import annotations

from typing import NamedTuple

from evercart.errors import UserError, expected, require
from evercart.publish.model import Origin
from evercart.publish.moves import Current, Move
from evercart.publish.shelf import Shelf


class Why(NamedTuple):
    """Who wishes a move for which reason, at what log time; `forced`: without the gate."""

    reason: str
    who: str
    us: int
    forced: bool = False


def promotion(shelf: Shelf, app: str, model: str, why: Why) -> Move:
    """Return the move that makes a model, named as in `Shelf.model`, the one that is live; also the first."""
    to, now = shelf.model(model, app), shelf.current(app)
    reigns = now.model if now else ""
    require(to.id != reigns, f"promote {app}", "a model other than the one that is live", model)
    return Move(app, reigns, to.id, why.reason, why.who, why.us, why.forced)


def rollback(shelf: Shelf, app: str, to: str | None, why: Why) -> Move:
    """Return the move back to another model, which has learned on as shadow, or to an older revision.

    to    a model or a revision, named as in `Shelf.model`, `Shelf.version`; None: the model that reigned before
    """
    now = _live(shelf, app)
    if to is None:
        require(now.previous != "", f"rollback {app}", "a model that reigned before", "none")
        return Move(app, now.model, now.previous, why.reason, why.who, why.us, why.forced)
    if any(to in (model.id, model.name) for model in shelf.models(app)):
        return promotion(shelf, app, to, why)
    version = shelf.version(to, app)
    require(version.us <= why.us, f"rollback {app}", f"a revision from before {why.us}", version.us)
    line = shelf.model(version.model, app).anew(Origin(version.address, why.us))
    past = version.address, version.next_offset
    return Move(app, now.model, line.id, why.reason, why.who, why.us, why.forced, *past)


def _live(shelf: Shelf, app: str) -> Current:
    now = shelf.current(app)
    if now is None:
        raise UserError(expected(f"rollback {app}", "an app in which a model is live", "none"))
    return now
