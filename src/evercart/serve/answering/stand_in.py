"""Standing in: what is answered where no model is at hand, marked as such."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from evercart.app import App
from evercart.asks.weave import DECISION
from evercart.events.actions import ACTIONS
from evercart.serve.answering.question import Question, Said
from evercart.serve.answering.told import row
from evercart.serve.wire import Guessed, Listed, Shown

POPULAR, DEFAULT = "popular", "default"
LOADING: Final = "the states are being loaded"
LATE: Final = "no answer within the deadline"


def unlisted(asked: Question, us: int, why: str = LOADING) -> Said:
    """Return an empty list, the default of an app that ranks."""
    said = Listed(asked.id, asked.app, [], "", "", 1.0, -1, False, DEFAULT, why)
    return Said.of(said, row(said, asked.keys, us))


def popular(asked: Question, found: list[Shown], places: int, at: int, us: int) -> Said:
    """Return what was popular a moment ago.

    found    best first
    places   of a list, where the question does not say
    at       the offset of the log up to which this was known
    """
    beside = asked.keys.get("item") if asked.beside else None
    left = [one for one in found if one.item != beside][: asked.k or places]
    items = [replace(one, place=place) for place, one in enumerate(left, 1)]
    said = Listed(asked.id, asked.app, items, "", "", 1.0, at, False, POPULAR)
    return Said.of(said, row(said, asked.keys, us))


def defaulted(asked: Question, app: App, default: float | None, at: int, us: int) -> Said:
    """Return the stated default of an app that gives one answer, with what is done by it; no review is spent on it."""
    said = Guessed(asked.id, asked.app, default, app.unit, "", "", 1.0, at, False, DEFAULT)
    logged = {"id": asked.id, "event_us": us, "kind": DECISION, "app": asked.app, **asked.keys}
    if app.acts:
        action = None if default is None else app.acts.unreviewed(default, asked.keys.get("amount"))
        said.action = None if action is None else ACTIONS[action]
        logged["action"] = action
    return Said.of(said, logged | {"guess": default, "chance": 1.0, "feature_offset": at})
