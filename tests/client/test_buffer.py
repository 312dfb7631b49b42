"""Buffer: events that wait."""

from __future__ import annotations

from threading import Thread

import pytest

from evercart.client.buffer import Batching, Buffer
from evercart.client.failures import Full
from evercart.errors import UserError


def _filled(events: int, size: int = 2, room: int = 4) -> Buffer:
    buffer = Buffer(Batching(size=size, room=room))
    for number in range(events):
        buffer.add({"id": number})
    return buffer


def test_batches_are_taken_in_order() -> None:
    buffer = _filled(3)
    assert buffer.full_batch
    assert [event["id"] for event in buffer.take()] == [0, 1]
    assert not buffer.full_batch
    assert [event["id"] for event in buffer.take()] == [2]
    assert buffer.take() == []


def test_what_is_on_its_way_still_waits() -> None:
    buffer = _filled(3)
    batch = buffer.take()
    assert len(buffer) == 3
    buffer.done(batch)
    assert len(buffer) == 1


def test_what_comes_back_goes_first() -> None:
    buffer = _filled(3)
    buffer.back(buffer.take())
    assert [event["id"] for event in [*buffer.take(), *buffer.take()]] == [0, 1, 2]


def test_nothing_is_dropped_where_there_is_no_room() -> None:
    buffer = _filled(4)
    with pytest.raises(Full) as caught:
        buffer.add({"id": 4})
    assert str(caught.value) == "client: expected at most 4 events that wait; is the service up?, got 'one more'"
    taken = buffer.take()
    with pytest.raises(Full):
        buffer.add({"id": 4})
    buffer.done(taken)
    buffer.add({"id": 4})


def test_threads_may_add_at_once() -> None:
    buffer = Buffer(Batching(size=10, room=10_000))
    threads = [Thread(target=lambda: [buffer.add({}) for _ in range(1_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    taken = 0
    while taken < 4_000:
        batch = buffer.take()
        buffer.done(batch)
        taken += len(batch)
    assert (len(buffer), taken) == (0, 4_000)


def test_batching_checks_itself() -> None:
    with pytest.raises(UserError, match=r"^client.batch: expected from 1 to the room of 10, got 11$"):
        Batching(size=11, room=10)
    with pytest.raises(UserError, match=r"^client.age_s: expected at least 0, got -1$"):
        Batching(age_s=-1)
