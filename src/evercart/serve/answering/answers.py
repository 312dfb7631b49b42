"""Answers: what is asked of a shop's apps, answered from states level with the log, logged before it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from evercart.app import App
from evercart.asks.weave import DECISION
from evercart.errors import expected, require
from evercart.recommender import require_places
from evercart.serve.answering.keeping import Keeping
from evercart.serve.answering.told import listed, row
from evercart.serve.ids import Ids
from evercart.serve.intake import Intake
from evercart.serve.metrics import Metrics
from evercart.serve.problem import Conflict, Unknown
from evercart.serve.settings import Settings
from evercart.serve.wire import Guessed, Listed
from evercart.shop import Shop

_TAKEN: Final = "its id is taken"
_LATE: Final = "late"
_LATELY: Final = 10_000  # far more than can wait for a commit at once
_LOADING: Final = "the states are being loaded"
POPULAR, DEFAULT = "popular", "default"


class Answers:
    """Answers for one process that serves.

    shop        whose apps answer
    keeping     keeps what answers level with the log
    intake      logs decisions

    A question takes in first what the log has more. Where that is too much for now, it is answered by what is
    popular; where there is no model yet, likewise, or by the app's stated default.
    """

    def __init__(self, shop: Shop, settings: Settings, keeping: Keeping, intake: Intake, metrics: Metrics) -> None:
        self._clock, self._settings, self._metrics = shop.clock, settings, metrics
        self._keeping, self._intake = keeping, intake
        self._apps = {app.name: app for app in shop.apps}
        self._new_id = Ids()
        self._lately: dict[str, None] = {}  # decisions that may be on their way into the log, oldest first

    async def items(
        self,
        app: str,
        keys: Mapping[str, str],
        k: int | None = None,
        why: bool = False,
        id: str | None = None,
        *,
        beside: bool = False,
    ) -> Listed:
        """Return a list of items for somebody; its decision is in the log, unless it is marked as unconfirmed.

        keys    session, user, item: those that are known
        k       places
        why     whether to say why
        id      of the decision, where the caller names it; one that is taken raises `Conflict`
        beside  whether the list is to stand beside the item that is looked at, so without it
        """
        began_s = self._clock.wall_s()
        require(self._app(app).candidates is not None, "app", "one that ranks", app)
        require_places(k)
        self._require_new(id)
        level, now, name = self._keeping.level(app), self._keeping.now, id or self._new_id()
        if now is None:
            _require_names("recommend", keys)
            said, us = Listed(name, app, [], "", "", 1.0, -1, False, DEFAULT, _LOADING), self._clock.now_us()
        else:
            live = now.weighed.get(app)
            fallback = "" if live and level else POPULAR
            given: dict[str, Any] = {**keys, "k": k, "why": why, "level": False, "beside": beside}
            answer = now.lists[app].answer(**given, popular=bool(fallback))
            if not len(answer) and not fallback:  # nothing is known that would still hold: what is popular is better
                fallback, answer = POPULAR, now.lists[app].answer(**given, popular=True)
            said, us = listed(name, app, answer, live, fallback), answer.us
        said.confirmed = await self._logged(row(said, keys, us), ours=id is None)
        self._metrics.answered(app, said.fallback, said.confirmed, self._clock.wall_s() - began_s)
        return said

    async def guess(self, app: str, keys: Mapping[str, Any], id: str | None = None) -> Guessed:
        """Return a number about somebody; its decision is in the log, unless it is marked as unconfirmed.

        keys    columns of an event by name, such as user="u17"
        id      of the decision, where the caller names it; one that is taken raises `Conflict`
        """
        began_s = self._clock.wall_s()
        asked, name = self._app(app), id or self._new_id()
        require(asked.candidates is None, "app", "one that gives one answer", app)
        self._require_new(id)
        self._keeping.level(app)
        now = self._keeping.now
        if now:
            now.decider.require(app, keys)
        else:
            _require_names(f"decide {app}", keys)
        if now and app in now.weighed:
            one, said_row = now.decider.answer(app, keys, name, level=False)
            made = (one.model, one.revision, one.chance, one.feature_offset)
            said = Guessed(name, app, one.guess, asked.unit, *made, False)
        else:
            default, at = self._settings.defaults.get(app), max(self._keeping.at, 0)
            said = Guessed(name, app, default, asked.unit, "", "", 1.0, at, False, DEFAULT)
            said_row = {"id": name, "event_us": self._clock.now_us(), "kind": DECISION, "app": app, **keys}
            said_row |= {"guess": default, "chance": 1.0, "feature_offset": at}
        said.confirmed = await self._logged(said_row, ours=id is None)
        self._metrics.answered(app, said.fallback, said.confirmed, self._clock.wall_s() - began_s)
        return said

    def _app(self, name: str) -> App:
        if name not in self._apps:
            raise Unknown(expected("app", "one of " + " ".join(self._apps), name))
        return self._apps[name]

    def _require_new(self, id: str | None) -> None:
        """Raise `Conflict` for a decision that is in the log already: sent again, it is not made twice."""
        if id is None:
            return
        require(id != "", "id", "a name", id)
        if id in self._lately or self._keeping.stands(id):
            raise Conflict(expected("id", "one that is not in the log", id))

    async def _logged(self, said: Mapping[str, Any], *, ours: bool) -> bool:
        """Have a decision logged; return whether it is, as far as an answer may wait for that."""
        self._lately[said["id"]] = None
        if len(self._lately) > _LATELY:
            del self._lately[next(iter(self._lately))]
        done = self._intake.decide(said, ours=ours)
        late = asyncio.get_running_loop().call_later(self._settings.wait_ms / 1000, _give_up, done)
        try:
            why = await done
        finally:
            late.cancel()
        if why == _TAKEN:
            raise Conflict(expected("id", "one that is not in the log", said["id"]))
        return why == ""


def _require_names(where: str, keys: Mapping[str, Any]) -> None:
    """Raise `UserError` for a name that is none, where nothing is loaded yet that would."""
    for name, value in keys.items():
        require(value != "", f"{where}.{name}", "a name", value)


def _give_up(done: asyncio.Future[str]) -> None:
    """Stop waiting for a commit; should the row be logged after all, it counts like any other."""
    if not done.done():
        done.set_result(_LATE)
