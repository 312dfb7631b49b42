"""Profiles: what is known of each shopper as of now, read off the states of the app `profile`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from evercart.abreast import turns
from evercart.app import App
from evercart.apps.profile import known, profile
from evercart.asks.weave import DECISION
from evercart.erasing import erased, receipts
from evercart.erasures import all_finished
from evercart.errors import UserError, expected, require
from evercart.events.batch import Events
from evercart.features.interests import Interests
from evercart.features.lives import Lives
from evercart.hashing import hash_name
from evercart.lane import CHAMPION, Lane
from evercart.learners.lifetime.lifetime import Lifetime, LifetimeState
from evercart.learners.lifetime.segments import Segments
from evercart.learners.mean import Mean
from evercart.loop import Ring, whole_ticks
from evercart.profiled import Expected, Interested, Profile, profiled, score
from evercart.units import DAY_S, DAY_US

if TYPE_CHECKING:
    from evercart.shop import Shop

NAME: Final = "profile"
AHEAD_D: Final = (28, 90)
_TOP: Final = 5  # interests on each axis


class View(NamedTuple):
    """The folds a profile is read from, with their states up to an offset.

    lifetimes    learned up to the last checkpoint, or the last whole tick; the tables are level with the log
    """

    app: App
    lives: Lives
    lived: Any
    interests: Interests
    liked: Any
    lifetime: Lifetime[Any]
    lifetimes: LifetimeState[Any]
    at: int


class Profiles:
    """All shoppers' profiles of a shop, one at a time; what is logged meanwhile is taken in first.

    Where the shop has the app `profile`, its last checkpoint is gone on from; else the whole log is read once.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._view: View | None = None
        self._finished: frozenset[str] = frozenset()  # erasures, as the view was begun

    def of(self, user: str) -> Profile:
        """Return what is known of a shopper; one who is not known, or is being erased, raises `UserError`."""
        where = f"profile {user if len(user) <= 80 else user[:60] + '…'}".strip()
        require(user != "", where, "a shopper's name", user)
        hashed = hash_name(user, self._shop.log.key)
        require(hashed not in erased(self._shop).get("user", ()), where, "a shopper who is not being erased", user)
        view = self._level()
        log = self._shop.log
        now_us = log.last_us if log.live_from is None else max(self._shop.clock.now_us(), log.last_us)
        asked = Events.of(user=[hashed], kind=[DECISION], logged_us=[now_us], number=[0])
        x = view.lives.peek(view.lived, asked)
        if not x[0, 0]:
            raise UserError(self._unknown(where, user, hashed))
        found = self._profile(view, user, x, now_us)
        dear = float(view.interests.peek(view.liked, asked)[0, 3])
        return replace(found, dear=dear, interests=self._interests(view, hashed, now_us))

    def _unknown(self, where: str, user: str, hashed: int) -> str:
        gone = any((one.what, one.hash) == ("user", f"{hashed:016x}") for one in receipts(self._shop.folder))
        rule = "a shopper who was not erased" if gone else "a shopper with an order in the log"
        return expected(where, rule, user)

    def _profile(self, view: View, user: str, x: Any, now_us: int) -> Profile:
        """Return all but the interests."""
        lifetime, state = view.lifetime, view.lifetimes
        ahead = []
        wide = np.zeros((1, len(lifetime.columns)), np.float32)
        wide[:, : x.shape[1]] = x
        for days in AHEAD_D:
            here, visits, value = lifetime.foretell(state.fitted, wide, days * DAY_S)[0].tolist()
            ahead.append(Expected(days, visits, value))
        segments = lifetime.learner
        segment = ""
        if isinstance(segments, Segments):
            centres = state.learner.centres
            segment = segments.name(centres, int(segments.slots(centres, wide)[0]))
        scores = score(state.sample.known, x[0], now_us / DAY_US)
        return profiled(user, x[0].tolist(), now_us, here, tuple(ahead), segment, scores, view.app.unit, lifetime.scale)

    def _interests(self, view: View, hashed: int, now_us: int) -> tuple[Interested, ...]:
        found: list[Interested] = []
        for one in view.interests.of(view.liked, hashed, now_us):
            if sum(other.axis == one.axis for other in found) < _TOP:
                named = self._shop.log.names(one.offset, one.offset + 1)[one.axis]
                name = named[0].as_py() if len(named) else None
                found.append(Interested(one.axis, name or "(erased)", one.share))
        return tuple(found)

    def _level(self) -> View:
        """Take in what was logged since; begin anew when an erasure is finished: until then rows may name who goes."""
        finished = all_finished(self._shop.folder)
        if finished != self._finished:
            self._view, self._finished = None, finished
        view, self._view = self._view or _first(self._shop), None  # should this fail, the next one begins anew
        for events in self._shop.log.read(view.at, columns=_reads(view)):
            view = _tables(view, events)
        self._view = view
        return view


def _reads(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*view.lives.reads, *view.interests.reads)))


def _tables(view: View, events: Events) -> View:
    plain = Events({**events.columns, "number": np.full(len(events), -1, np.int64)})
    lived, _ = view.lives.step(view.lived, plain)
    liked, _ = view.interests.step(view.liked, plain)
    return view._replace(lived=lived, liked=liked, at=int(events.offset[-1]) + 1)


def _first(shop: Shop) -> View:
    """Return the view of the last checkpoint, if it has one, else of the log up to its last whole tick."""
    if any(app.name == NAME for app in shop.apps):
        ring = shop.ring()
        found = shop.checkpoints.last(ring)
        if found is not None:
            (lane,) = (lane for lane in ring.lanes() if lane.app.name == NAME)
            return _of_lane(lane, *found)
    return _read(shop)


def _of_lane(lane: Lane, states: dict[str, Any], at: int) -> View:
    tables = {type(stage.fold): (stage.fold, states[stage.name]) for stage in lane.tables}
    fold, state = lane.racers[CHAMPION].fold, states[lane.racers[CHAMPION].name]
    while not isinstance(fold, Lifetime):
        fold, state = fold.learner, state.learner  # type: ignore[attr-defined]
    return View(lane.app, *tables[Lives], *tables[Interests], fold, state, at)  # type: ignore[arg-type]


def _read(shop: Shop) -> View:
    """Read the whole log: the tables, with nothing learned but lifetimes."""
    options = {"zone": shop.config.time_zone} | shop.config.options.get(NAME, {})
    app = profile(**options)
    parts: tuple[Any, ...] = app.tables
    lives = next(fold for fold in parts if isinstance(fold, Lives))
    interests = next(fold for fold in parts if isinstance(fold, Interests))
    scale = app.answers[0].scale
    narrow: Lifetime[Any] = known(lives.columns, app.window_s, scale, lambda columns: Mean())
    few: tuple[Any, ...] = (lives, interests)
    (lane,) = Ring((replace(app, tables=few, champion=narrow, challengers=(), slices=None),), shop.config.tick).lanes()
    asks = app.asks.start()
    view = View(app, lives, lives.start(), interests, interests.start(), narrow, narrow.start(), 0)
    names = tuple(dict.fromkeys((*app.asks.reads, *_reads(view))))
    for events in whole_ticks(shop.log.read(0, columns=names), shop.config.tick):
        asks, woven = app.asks.step(asks, events)
        lived, x = view.lives.step(view.lived, woven)
        liked, _ = view.interests.step(view.liked, woven)
        learned, _ = narrow.step(view.lifetimes, turns(lane, shop.config.tick, woven.rows(woven.asked), x))
        view = view._replace(lived=lived, liked=liked, lifetimes=learned, at=int(events.offset[-1]) + 1)
    return view


def profiles(shop: Shop) -> Profiles:
    """Return all shoppers' profiles; `profiles(shop).of("17")` is one."""
    return Profiles(shop)
