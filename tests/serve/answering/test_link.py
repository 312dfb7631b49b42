"""Messages between two processes, here over a real pair of sockets."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from evercart.serve.answering.link import Link
from evercart.serve.answering.passed import Asked
from evercart.serve.answering.question import Question


async def linked(heard: list[Any]) -> tuple[Link, Link, asyncio.Event]:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    left, right = socket.socketpair()
    sends, hears = Link(Asked, heard.append, lambda: None), Link(Asked, heard.append, ended.set)
    await loop.create_connection(lambda: sends, sock=left)
    await loop.create_connection(lambda: hears, sock=right)
    return sends, hears, ended


def message(number: int, name: str = "s") -> Asked:
    return Asked(number, 5, 4, Question("recommend", "d", {"session": name}, k=3))


def test_messages_arrive_whole_in_order() -> None:
    async def work() -> list[Any]:
        heard: list[Any] = []
        sends, _, ended = await linked(heard)
        for one in sent:
            sends.send(one)
        sends.close()
        await asyncio.wait_for(ended.wait(), 20)
        return heard

    sent = [message(1), message(2, "x" * 500_000), message(3, "店")]  # the second comes in many parts
    assert asyncio.run(work()) == sent


def test_messages_that_come_a_byte_at_a_time() -> None:
    sends, heard = Link(Asked, lambda said: None, lambda: None), []
    hears = Link(Asked, heard.append, lambda: None)

    class Bytes:
        def write(self, data: bytes) -> None:
            for at in range(len(data)):
                hears.data_received(data[at : at + 1])

    sends.connection_made(Bytes())  # type: ignore[arg-type]
    sends.send(message(7))
    sends.send(message(8))
    assert heard == [message(7), message(8)]


def test_what_is_sent_to_an_end_that_is_gone_is_lost() -> None:
    async def work() -> list[Any]:
        heard: list[Any] = []
        sends, hears, ended = await linked(heard)
        hears.close()
        await asyncio.wait_for(ended.wait(), 20)
        await asyncio.sleep(0)
        sends.send(message(1))
        sends.close()
        return heard

    assert asyncio.run(work()) == []
