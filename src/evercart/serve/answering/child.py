"""Child: the process that answers for another one, which takes the requests."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

import uvloop

from evercart.errors import UserError
from evercart.serve.answering.answerer import Answerer
from evercart.serve.answering.keeping import Keeping
from evercart.serve.answering.link import Link
from evercart.serve.answering.passed import Answered, Asked, Told
from evercart.serve.answering.question import Status
from evercart.serve.problem import Conflict
from evercart.shop import Shop

_LOOK_S: Final = 0.05  # between two looks whether there is something to tell
_POPULAR_S: Final = 1.0  # between two looks at what is popular


class Child:
    """Answers what it is asked over a socket, until the other end hangs up."""

    def __init__(self, shop: Shop) -> None:
        self._keeping = Keeping(shop)
        self._answerer = Answerer(shop, shop.config.serve, self._keeping)
        self._told = Status()

    async def run(self, asked: socket.socket) -> None:
        """Answer."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        _, link = await loop.create_connection(
            lambda: Link(Asked, lambda said: self._hear(link, said), ended.set), sock=asked
        )
        self._keeping.start()
        telling = loop.create_task(self._tell(link))
        try:
            await ended.wait()
        finally:
            telling.cancel()
            await self._keeping.stop()

    def _hear(self, link: Link, asked: Asked) -> None:
        self._keeping.hear(asked.known, asked.due)
        link.send(self._said(asked))

    def _said(self, asked: Asked) -> Answered:
        try:
            return Answered(asked.number, self._answerer.say(asked.question))
        except UserError as error:
            return Answered(asked.number, None, str(error), isinstance(error, Conflict))

    async def _tell(self, link: Link) -> None:
        """Tell what answers, whenever that is something else."""
        loop = asyncio.get_running_loop()
        looked, known = -_POPULAR_S, Status()
        while True:
            if self._keeping.at >= 0 and loop.time() - looked >= _POPULAR_S:
                looked, known = loop.time(), self._answerer.popular()
            now = self._answerer.status()
            now.popular, now.places = known.popular, known.places
            if now != self._told:
                link.send(Told(now))
                self._told = now
            await asyncio.sleep(_LOOK_S)


def answer_over(shop: Shop, asked: socket.socket) -> None:
    """Answer over a socket until the other end hangs up."""
    uvloop.run(Child(shop).run(asked))
