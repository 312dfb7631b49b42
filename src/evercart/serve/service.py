"""Service: what all addresses share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from evercart.config import read_key
from evercart.log import Log
from evercart.profiled import Profile
from evercart.serve.answering.answers import Answers
from evercart.serve.answering.question import Answering
from evercart.serve.answering.within import Within
from evercart.serve.aside import Aside
from evercart.serve.commit import Commit
from evercart.serve.deciding import Deciding
from evercart.serve.exposed import registry_of
from evercart.serve.guards.door import Door
from evercart.serve.guards.session import Sessions
from evercart.serve.intake import Intake
from evercart.serve.keys import Keys
from evercart.serve.logs import AccessLog
from evercart.serve.metrics import Metrics
from evercart.serve.settings import Settings
from evercart.serve.tidying import Tidying
from evercart.shop import Shop

_TAIL_ROWS = 1 << 20  # sealing is the learner's: this process does it only where there is none, or it is far behind
_NEVER = 1 << 62  # whoever appends seals nothing: that takes seconds


T = TypeVar("T")


class Service:
    """A shop that is served.

    shop        opened for this process
    settings    how
    answering   what answers; None: this process
    keys        who may do what
    metrics     what is counted
    sessions    who logged in with a browser
    door        what finds the caller of a request
    access      the log's lines about requests
    registry    what is scraped
    """

    def __init__(self, shop: Shop, settings: Settings | None = None, answering: Answering | None = None) -> None:
        self.shop = shop
        self.settings = settings or shop.config.serve
        self.keys = Keys(Path(shop.folder))
        self.metrics = Metrics()
        self.sessions = Sessions(Path(shop.folder), self.keys, self.settings.seconds_away)
        self.door = Door(self.keys, self.sessions, self.settings, self.metrics, shop.clock.wall_s)
        self.access = AccessLog()
        self.registry = registry_of(self)
        self._log = _own_log(shop, _NEVER)  # a commit on its way to the disk keeps no reader waiting
        commit = Commit(self._log, shop.quarantine, shop.clock.now_us)
        self._deferred, most = shop.config.place(shop.folder).deferred(), self.settings.queue
        deciding = self._tidying = None
        if self._deferred:
            deciding = Deciding(self._deferred, most, self._committed, shop.clock)
            self._tidying = Tidying(self._deferred, _own_log(shop, _TAIL_ROWS))
        self.intake = Intake(commit, most, self._committed, shop.clock.wall_s, deciding)
        self.answering = answering or Within(shop, self.settings)
        self.answers = Answers(shop, self.settings, self.answering, self.intake, self.metrics)
        self._aside = Aside(shop)
        self.metrics.watch("queue_events", "Events that wait for their commit.", lambda: self.intake.waiting)
        self.metrics.watch("answers_offset", "Answers know the log up to here.", lambda: self.answering.status.at)
        about = "Decisions that found no room to wait for their commit."
        self.metrics.watch("queue_dropped_decisions", about, lambda: self.intake.dropped)

    @property
    def ready(self) -> bool:
        """Return whether apps answer from their models."""
        return self.answering.status.at >= 0

    def live_models(self) -> dict[str, tuple[str, str]]:
        """Return the model with its revision that answers, by app."""
        return self.answering.status.live

    def forms(self) -> dict[str, str]:
        """Return what answers in the place of a net, by app; nothing where the learner itself does."""
        return self.answering.status.forms

    async def start(self) -> None:
        """Begin to answer."""
        self.intake.start()
        if self._tidying:
            self._tidying.start()
        self.answering.start()

    async def stop(self) -> None:
        """Let what is waiting end."""
        await self.intake.stop()
        await self.answering.stop()
        if self._tidying and self._deferred:
            await self._tidying.stop()
            self._deferred.close()
        self._aside.close()
        self._log.close()
        self.keys.close()
        self.access.stop()

    def _committed(self, rows: int, events: int, seconds: float, next_offset: int) -> None:
        self.metrics.committed(rows, seconds)
        self.answering.committed(rows, events, next_offset)

    async def beside(self, work: Callable[[Shop], T]) -> T:
        """Return what some work with the shop returns; it is done in a thread, with connections of its own."""
        return await asyncio.to_thread(self._aside.use, work)

    def profile(self, user: str) -> Profile:
        """Return what is known of a shopper; reads the log, so it is asked in a thread."""
        return self._aside.use(lambda shop: shop.profile(user))


def _own_log(shop: Shop, tail_rows: int) -> Log:
    return shop.config.place(shop.folder).log(read_key(shop.folder), tail_rows=tail_rows)
