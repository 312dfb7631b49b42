"""Tidying: what keeps the log's files short, beside those who append to it."""

from __future__ import annotations

import asyncio
import logging
from threading import Event, Thread
from typing import Final

from evercart.errors import UserError
from evercart.log import Log
from evercart.log.deferred import Deferred

_LOG: Final = logging.getLogger("evercart.serve")
_EVERY_S: Final = 0.5


class Tidying:
    """A thread that looks after a log twice a second.

    deferred    whose journal is brought into the database
    log         whose live rows are sealed once they have become many; for this thread alone, closed with it
    """

    def __init__(self, deferred: Deferred, log: Log) -> None:
        self._deferred, self._log = deferred, log
        self._ends = Event()
        self._thread = Thread(target=self._run, name="tidy", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    async def stop(self) -> None:
        """End; what is being sealed is sealed first."""
        self._ends.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)
        self._log.close()

    def _run(self) -> None:
        while not self._ends.wait(_EVERY_S):
            try:
                self._deferred.checkpoint()
                self._log.tidy()
            except UserError as error:  # they grow on; the next look may find all well
                _LOG.warning("files of the log: %s", error)
