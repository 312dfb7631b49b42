"""Answers: what is asked of a shop's apps, answered from states level with the log, logged before it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from evercart.app import App
from evercart.errors import expected, require
from evercart.events.batch import TEXT
from evercart.recommender import require_places
from evercart.serve.answering.question import Answering, Question
from evercart.serve.ids import Ids
from evercart.serve.intake import Intake
from evercart.serve.metrics import Metrics
from evercart.serve.problem import Conflict, Unknown
from evercart.serve.settings import Settings
from evercart.shop import Shop

_TAKEN: Final = "its id is taken"
_LATE: Final = "late"
_LATELY: Final = 10_000  # far more than can wait for a commit at once


class Answers:
    """Answers for one process that serves.

    shop        whose apps answer
    answering   says what
    intake      logs decisions
    """

    def __init__(self, shop: Shop, settings: Settings, answering: Answering, intake: Intake, metrics: Metrics) -> None:
        self._clock, self._settings, self._metrics = shop.clock, settings, metrics
        self._answering, self._intake = answering, intake
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
    ) -> bytes:
        """Return a list of items for somebody, `Listed` as JSON, in the log unless it is marked as unconfirmed.

        keys    session, user, item: those that are known
        k       places
        why     whether to say why
        id      of the decision, where the caller names it; one that is taken raises `Conflict`
        beside  whether the list is to stand beside the item that is looked at, so without it
        """
        began_s = self._clock.wall_s()
        require(self._app(app).candidates is not None, "app", "one that ranks", app)
        require_places(k)
        _require_names("recommend", keys)
        question = Question(app, self._named(id), dict(keys), k, why, beside, named=id is not None)
        return await self._answer(question, began_s)

    async def guess(self, app: str, keys: Mapping[str, Any], id: str | None = None) -> bytes:
        """Return a number about somebody, `Guessed` as JSON, in the log unless it is marked as unconfirmed.

        keys    columns of an event by name, such as user="u17"
        id      of the decision, where the caller names it; one that is taken raises `Conflict`
        """
        began_s = self._clock.wall_s()
        require(self._app(app).candidates is None, "app", "one that gives one answer", app)
        _require_names(f"decide {app}", keys)
        question = Question(app, self._named(id), dict(keys), named=id is not None)
        return await self._answer(question, began_s)

    async def _answer(self, question: Question, began_s: float) -> bytes:
        """Return what is answered, once it is in the log, as far as an answer may wait for that."""
        if question.named and question.id in self._lately:
            raise Conflict(expected("id", "one that is not in the log", question.id))
        said = await self._answering.ask(question)
        confirmed = await self._logged(said.row, ours=not question.named)
        self._metrics.answered(question.app, said.fallback, confirmed, self._clock.wall_s() - began_s)
        return said.confirmed() if confirmed else said.json

    def _named(self, id: str | None) -> str:
        """Return a decision's id: the caller's, else one that nobody has."""
        require(id != "", "id", "a name", id)
        return self._new_id() if id is None else id

    def _app(self, name: str) -> App:
        if name not in self._apps:
            raise Unknown(expected("app", "one of " + " ".join(self._apps), name))
        return self._apps[name]

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
        require(value != "", f"{where}.{name}", "a text" if name == TEXT else "a name", value)


def _give_up(done: asyncio.Future[str]) -> None:
    """Stop waiting for a commit; should the row be logged after all, it counts like any other."""
    if not done.done():
        done.set_result(_LATE)
