"""Within: questions are answered in the process that was asked."""

from __future__ import annotations

from evercart.serve.answering.answerer import Answerer
from evercart.serve.answering.heard import Heard
from evercart.serve.answering.keeping import Keeping
from evercart.serve.answering.question import Question, Said, Status
from evercart.serve.settings import Settings
from evercart.shop import Shop


class Within:
    """What answers, in the event loop itself.

    shop    opened for this process
    """

    def __init__(self, shop: Shop, settings: Settings) -> None:
        self.keeping = Keeping(shop)
        self._answerer, self._heard = Answerer(shop, settings, self.keeping), Heard()

    @property
    def status(self) -> Status:
        """Return what answers now."""
        return self._answerer.status()

    def start(self) -> None:
        """Begin to load."""
        self.keeping.start()

    async def stop(self) -> None:
        """End."""
        await self.keeping.stop()

    def committed(self, rows: int, events: int, next_offset: int) -> None:
        """Hear that the log has more."""
        self._heard.committed(rows, events, next_offset)
        self.keeping.hear(self._heard.known, self._heard.due)

    async def ask(self, question: Question) -> Said:
        """Return the answer; raises `Conflict` for an id that is in the log, `UserError` for what cannot be put."""
        return self._answerer.say(question)
