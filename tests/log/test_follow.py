"""Whoever follows a log sees each row once, soon."""

from __future__ import annotations

import threading

import pyarrow as pa

from evercart.events.schema import conform
from evercart.log.follow import follow, poll


def row(number: int) -> pa.Table:
    return conform(pa.table({"id": [f"{number}"], "event_us": [number], "kind": pa.array([1], pa.int16())}))


def test_what_is_there_comes_at_once(store):
    log = store.open()
    log.append(pa.concat_tables([row(n) for n in range(10)]), 5)
    assert [part.offset.tolist() for part in follow(log, 2, 0, rows=6)] == [list(range(2, 8)), [8, 9, 10]]


def test_what_others_append_comes_too(store):
    log, other = store.open(), store.open()
    appender = threading.Thread(target=lambda: [other.append(row(n), n) for n in range(20)])
    tail, seen = follow(log, 0, 30, columns=("id",), kinds={1}), []
    appender.start()
    while len(seen) < 20:
        seen += next(tail).offset.tolist()
    appender.join()
    assert seen == list(range(1, 21))


def test_waiting_for_a_row(store):
    log, other = store.open(), store.open()
    assert log.wait(0, 0) is False
    assert log.wait(0, 0.05) is False
    other.append(row(0), 5)
    assert log.wait(1, 0) is True
    assert log.wait(2, 0) is False
    threading.Timer(0.05, lambda: other.append(row(1), 6)).start()
    assert log.wait(2, 30) is True


def test_two_threads_wait_on_one_log(store):
    log, other, seen = store.open(), store.open(), []
    waiting = [threading.Thread(target=lambda: seen.append(log.wait(1, 30))) for _ in range(2)]
    for one in waiting:
        one.start()
    other.append(row(0), 5)
    for one in waiting:
        one.join()
    assert seen == [True, True]


def test_poll_looks_again_until_it_is_due():
    looks = iter([False, False, True])
    assert poll(lambda: next(looks), 30) is True
    assert next(looks, None) is None
