"""Wishes: what move a promotion or a rollback comes to, as the shelf stands.

Nothing moves here: the move is appended to the log, then the shelf is told of it (`Shelf.obey`).
"""

from __future__ import annotations

from typing import NamedTuple

from evercart.errors import UserError, expected, require
from evercart.publish.model import Origin
from evercart.publish.moves import Current, Move
from evercart.publish.shelf import Shelf


class Wish(NamedTuple):
    """Who wishes a move, at what log time; `why` as in `Move`, the reason in words."""

    why: str
    who: str
    us: int
    reason: str = ""


def promotion(shelf: Shelf, app: str, model: str, wish: Wish) -> Move:
    """Return the move that makes a model, named as in `Shelf.model`, the one that is live; also the first."""
    to, now = shelf.model(model, app), shelf.current(app)
    reigns = now.model if now else ""
    require(to.id != reigns, f"promote {app}", "a model other than the one that is live", model)
    return Move(app, reigns, to.id, *wish)


def rollback(shelf: Shelf, app: str, to: str | None, wish: Wish) -> Move:
    """Return the move back to another model, which has learned on as shadow, or to an older revision.

    to    a model or a revision, named as in `Shelf.model`, `Shelf.version`; None: the model that reigned before

    A revision whose file is missing or altered raises `UserError` when it is loaded: load it before the move is logged.
    """
    now = _live(shelf, app)
    if to is None:
        require(now.previous != "", f"rollback {app}", "a model that reigned before", "none")
        return Move(app, now.model, now.previous, *wish)
    if any(to in (model.id, model.name) for model in shelf.models(app)):
        return promotion(shelf, app, to, wish)
    version = shelf.version(to, app)
    require(version.us <= wish.us, f"rollback {app}", f"a revision from before {wish.us}", version.us)
    line = shelf.model(version.model, app).anew(Origin(version.address, wish.us))
    past = version.address, version.next_offset
    return Move(app, now.model, line.id, *wish, *past)


def _live(shelf: Shelf, app: str) -> Current:
    now = shelf.current(app)
    if now is None:
        raise UserError(expected(f"rollback {app}", "an app in which a model is live", "none"))
    return now
