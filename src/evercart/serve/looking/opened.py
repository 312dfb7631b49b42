"""Opened: all that can be said of one decision."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from evercart.app import App
from evercart.lane import Lane
from evercart.loop import Ring
from evercart.publish.model import Model
from evercart.publish.revision import Version
from evercart.serve.looking.answered import Answered, answered
from evercart.serve.looking.came import Came, came_of
from evercart.serve.looking.finding import Row, the_one
from evercart.serve.looking.natural import Natural, natural
from evercart.serve.looking.topics import topics
from evercart.serve.looking.why import Known, Why, known_of, why_of
from evercart.serve.looking.why_list import STANDIN, WhyList, why_list
from evercart.verifying import REVISION, Revisions

if TYPE_CHECKING:
    from evercart.shop import Shop

LIST = "a list"
LABEL = "a label"


class Feature(NamedTuple):
    """One thing that was known: a column of the app, what it said, what it is about."""

    name: str
    subject: str
    kind: str
    said: Natural
    slots: int


class Opened(NamedTuple):
    """A decision with what the log, the shelf know of it.

    app       None where the shop no longer has it
    model     None where the shelf never had it
    version   the revision that answered; None where it is no longer kept
    instead   the kept revision of the same model that was taken apart in its place; None where that was not needed
    features  in the order of the app's columns; none where they are no longer kept
    """

    row: Row
    app: App | None
    answered: Answered
    model: Model | None
    version: Version | None
    instead: Version | None
    features: tuple[Feature, ...]
    why: Why
    came: Came


class Opener:
    """Opens decisions of a shop; may be used by several threads."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._lock = Lock()
        self._revisions = Revisions(shop.shelf)

    def open(self, id: str) -> Opened:
        """Return what is known of a decision; raises `Unknown`."""
        shop = self._shop
        row = the_one(shop.log, id)
        ring = self._ring()
        lane = next((one for one in ring.lanes() if one.app.name == row["app"]), None)
        app = lane.app if lane else None
        model = next((one for one in shop.shelf.models() if one.id == row["model"]), None)
        named = (row["model"], row["revision"])
        versions = shop.shelf.versions(row["app"]) if row["app"] else []
        version = next((one for one in versions if (one.model, one.fingerprint) == named), None)
        came = came_of(shop.log, row, app)
        if lane is None or lane.app.candidates is not None:
            return Opened(row, app, answered(row), model, version, None, (), Why(reason=LIST), came)
        if lane.app.named:
            return Opened(row, app, answered(row), model, version, None, (), Why(reason=LABEL), came)
        near = None if version else nearest(row, versions)
        why = self._why(ring.of_one_answer, lane, row | {"revision": near.fingerprint} if near else row)
        features = _features(lane, known_of(lane, row))
        return Opened(row, app, answered(row), model, version, near, features, why, came)

    def why_list(self, opened: Opened) -> WhyList:
        """Return why each item of a list was shown; reads the states of a checkpoint, which takes a while."""
        if opened.app is None or opened.app.candidates is None:
            return WhyList({}, reason=STANDIN)
        lane = next(one for one in self._ring().lanes() if one.app.name == opened.row["app"])
        with self._lock:
            return why_list(self._shop, lane, opened.row)

    def _ring(self) -> Ring:
        """Return the ring as far as it matters here: when the control stopped does not."""
        return Ring(self._shop.apps, self._shop.config.tick, frozen_us=0, key=self._shop.log.key)

    def _why(self, ring: Ring, lane: Lane, row: Row) -> Why:
        """Return why; a revision that came since the shelf was looked at is looked for once more."""
        log = self._shop.log
        with self._lock:
            found = why_of(ring, lane, log, self._revisions, row)
            if found.reason == REVISION:
                self._revisions = Revisions(self._shop.shelf)
                found = why_of(ring, lane, log, self._revisions, row)
            return found


def nearest(row: Row, versions: list[Version]) -> Version | None:
    """Return the kept revision of the same model that had learned most nearly as much of the log.

    Weights are published every second, but kept only now and then.
    """
    own = [one for one in versions if one.model == row["model"]]
    return min(own, key=lambda one: abs(one.next_offset - (row["feature_offset"] or 0)), default=None)


def _features(lane: Lane, known: Known) -> tuple[Feature, ...]:
    if known.x is None:
        return ()
    about = {at: one for one in topics(lane.app.columns) for at in one.columns}
    told = zip(lane.app.columns, known.x.tolist(), strict=True)
    return tuple(
        Feature(column.name, about[at].subject, about[at].kind, natural(column, value), column.slots)
        for at, (column, value) in enumerate(told)
    )
