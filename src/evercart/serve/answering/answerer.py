"""Answerer: one question after the other, answered from states level with the log."""

from __future__ import annotations

from typing import Any

from evercart.app import App
from evercart.errors import expected
from evercart.serve.answering.keeping import Keeping
from evercart.serve.answering.question import Question, Said, Status
from evercart.serve.answering.stand_in import POPULAR, defaulted, unlisted
from evercart.serve.answering.told import listed, row, shown
from evercart.serve.problem import Conflict
from evercart.serve.settings import Settings
from evercart.serve.wire import Guessed, LabelShare
from evercart.shop import Shop

_POPULAR = 100  # places of what is handed out for others to stand in with


class Answerer:
    """Answers questions about a shop.

    keeping     keeps what answers level with the log

    A question takes in first what the log has more. Where that is too much for now, it is answered by what is
    popular; where there is no model yet, likewise, or by the app's stated default.
    """

    def __init__(self, shop: Shop, settings: Settings, keeping: Keeping) -> None:
        self._now_us, self._settings, self._keeping = shop.clock.now_us, settings, keeping
        self._apps = {app.name: app for app in shop.apps}

    def say(self, asked: Question) -> Said:
        """Return the answer; raises `Conflict` for an id that is in the log, `UserError` for what cannot be put."""
        if asked.named and self._keeping.stands(asked.id):
            raise Conflict(expected("id", "one that is not in the log", asked.id))
        return self._guess(asked, app) if (app := self._apps[asked.app]).candidates is None else self._items(asked)

    def status(self) -> Status:
        """Return what answers now."""
        keeping = self._keeping
        live = {app: (one.weights.model, one.weights.revision) for app, one in keeping.weighed.items()}
        forms = {app: one.weights.form for app, one in keeping.weighed.items() if one.weights.form}
        return Status(keeping.at, live, forms=forms)

    def popular(self) -> Status:
        """Return what is popular, for others to stand in with."""
        lists = self._keeping.now.lists if self._keeping.now else {}
        asked: dict[str, Any] = {"k": _POPULAR, "why": False, "level": False, "popular": True}
        found = {app: [shown(item) for item in one.answer(**asked)] for app, one in lists.items()}
        return Status(popular=found, places={app: one.places for app, one in lists.items()})

    def _items(self, asked: Question) -> Said:
        level, now, app = self._keeping.level(asked.app), self._keeping.now, asked.app
        if now is None:
            return unlisted(asked, self._now_us())
        live = now.weighed.get(app)
        fallback = "" if live and level else POPULAR
        given: dict[str, Any] = {**asked.keys, "k": asked.k, "why": asked.why, "level": False, "beside": asked.beside}
        answer = now.lists[app].answer(**given, popular=bool(fallback))
        if not len(answer) and not fallback:  # nothing is known that would still hold: what is popular is better
            fallback, answer = POPULAR, now.lists[app].answer(**given, popular=True)
        said = listed(asked.id, app, answer, live, fallback)
        return Said.of(said, row(said, asked.keys, answer.us))

    def _guess(self, asked: Question, app: App) -> Said:
        self._keeping.level(asked.app)
        now = self._keeping.now
        if now:
            now.decider.require(asked.app, asked.keys)
        if not now or asked.app not in now.weighed:
            default, at = self._settings.defaults.get(asked.app), max(self._keeping.at, 0)
            return defaulted(asked, app, default, at, self._now_us())
        one, said_row = now.decider.answer(asked.app, asked.keys, asked.id, level=False)
        made = (one.model, one.revision, one.chance, one.feature_offset)
        said = Guessed(asked.id, asked.app, one.guess, app.unit, *made, False, form=one.form)
        if one.action:
            said.action = one.action
        if one.named:
            said.label, said.unknown = one.named.label, one.named.unknown
            said.likely = [LabelShare(*share) for share in one.named.likely]
        return Said.of(said, said_row)
