"""Keeping: what answers is kept level with the log, with the newest weights."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from evercart.deciding import Decider
from evercart.erasures import all_finished
from evercart.errors import UserError
from evercart.log import Log
from evercart.recommender import Recommender
from evercart.serve.answering.live import Fresh
from evercart.serve.answering.opened import Opened, opened
from evercart.shop import Shop

_LOG: Final = logging.getLogger("evercart.serve")
_AT_ONCE: Final = 1024  # rows of the log that a question takes in at most, before it is answered
_LOOK_S: Final = 0.05  # between two looks for newer weights
_TAIL_S: Final = 0.05  # between two looks for rows that others logged
_MOST_WAIT_S: Final = 30.0


class Keeping:
    """Loads in a thread, then lives in the event loop: nobody else touches what answers.

    shop    opened again for this alone
    now     what answers; None before it is loaded
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.now: Opened | None = None
        self._known = self._due = 0  # next offsets: of the log when last seen, after the newest row that says something
        self._receipts: frozenset[str] = frozenset()
        self._outgrown = False  # whether the apps are others by now
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def at(self) -> int:
        """Return the next offset of the log that all answers know of; -1 before anything is loaded."""
        return self.now.at if self.now else -1

    @property
    def weighed(self) -> Mapping[str, Fresh]:
        """Return the live weights by app; an app without a model has none."""
        return self.now.weighed if self.now else {}

    def start(self) -> None:
        """Begin to load."""
        self._tasks = [asyncio.create_task(self._loading()), asyncio.create_task(self._tailing())]

    async def stop(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.now:
            self.now.close()
            self.now = None

    def hear(self, known: int, due: int) -> None:
        """Hear how far the log reaches, and up to where it says something new: its next offsets."""
        self._known, self._due = max(self._known, known), max(self._due, due)

    def level(self, app: str) -> bool:
        """Take in for an app what the log has more, unless that is too much for now; return whether nothing is left."""
        return self.now is None or self._leveled(self.now.part(app))

    def _leveled(self, part: Recommender | Decider) -> bool:
        if part.at >= self._due:
            return True
        try:
            return part.level(_AT_ONCE) == 0
        except UserError as error:  # the log is away: what is known answers
            _LOG.warning("behind the log: %s", error)
            return True

    def stands(self, id: str) -> bool:
        """Return whether a row of this id is in the log, as far as can be told now."""
        return self.now is not None and bool(self.now.shop.log.find(pa.chunked_array([[id]]))[0] >= 0)

    async def _loading(self) -> None:
        """Load, then look for newer weights; load anew after an erasure, or once the log asks for other apps."""
        wait_s = 1.0
        while True:
            try:
                await self._load()
                while not self._outdated():
                    await asyncio.sleep(_LOOK_S)
                    await self._look()
                    wait_s = 1.0
            except UserError as error:
                _LOG.warning("no newer models: %s", error)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _MOST_WAIT_S)

    async def _load(self) -> None:
        receipts = all_finished(self._shop.folder)
        loaded = await asyncio.to_thread(opened, self._shop)
        await asyncio.to_thread(_set_apart)
        before, self.now, self._receipts, self._outgrown = self.now, loaded, receipts, False
        if before:
            before.close()

    async def _look(self) -> None:
        """Let newer weights answer; they are read aside, so that no question waits for it."""
        now = self.now
        if now is None:
            return
        now.weigh(await asyncio.to_thread(now.live.look))
        if now.live.strange:
            self._outgrown = await asyncio.to_thread(lambda: self._shop.apps != now.apps)

    def _outdated(self) -> bool:
        """Return whether an erasure is finished of which these states know nothing, or the apps have changed."""
        erased = self.now and self.now.stale and all_finished(self._shop.folder) != self._receipts
        return self._outgrown or bool(erased)

    async def _tailing(self) -> None:
        """Take in what others logged, what no question had the time for."""
        while True:
            await asyncio.sleep(_TAIL_S)
            if self.now is None:
                continue
            self._look_at(self.now.shop.log)
            for part in self.now.parts:
                while not self._leveled(part):
                    await asyncio.sleep(0)

    def _look_at(self, log: Log) -> None:
        """See whether others have logged something."""
        try:
            end = log.next_offset
        except UserError as error:
            _LOG.warning("behind the log: %s", error)
            return
        if end > self._known:
            self._known = self._due = end


def _set_apart() -> None:
    """Keep the collector of garbage from walking through what was loaded, which stays, again and again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
