"""The process that answers for another one, here beside it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from evercart.serve.answering.child import Child
from evercart.serve.answering.link import Link
from evercart.serve.answering.passed import Answered, Asked, Replies, Told
from evercart.serve.answering.question import Question
from evercart.shop import Shop


def test_it_tells_what_answers_then_answers_until_the_other_end_hangs_up(shop: Shop) -> None:
    async def run() -> list[Any]:
        heard: list[Any] = []
        ours, its = socket.socketpair()
        runs = asyncio.create_task(Child(shop).run(its))
        link = Link(Replies, heard.append, lambda: None)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=ours)
        while not any(isinstance(one, Told) and one.status.at >= 0 for one in heard):
            await asyncio.sleep(0.01)
        link.send(Asked(1, 0, 0, Question("recommend", "d1", {"session": "s"}, k=2)))
        link.send(Asked(2, 0, 0, Question("spend", "d2", {})))
        while not [one for one in heard if isinstance(one, Answered) and one.number == 2]:
            await asyncio.sleep(0.01)
        link.close()
        await asyncio.wait_for(runs, 20)
        return heard

    heard = asyncio.run(run())
    (ready,) = [one.status for one in heard if isinstance(one, Told) and one.status.at >= 0][:1]
    assert (ready.at, sorted(ready.live)) == (shop.log.next_offset, ["recommend", "repurchase", "spend"])
    assert (sorted(ready.popular), ready.places["recommend"]) == (["recommend"], 10)
    first, second = [one for one in heard if isinstance(one, Answered)]
    assert (first.number, first.said.fallback, first.said.row["id"]) == (1, "", "d1")
    assert (second.said, second.taken) == (None, False)
    assert second.refused == "decide spend.user: expected a value: whom the question is about, got 'none'"
