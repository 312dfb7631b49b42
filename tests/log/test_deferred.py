"""Rows that every reader sees at once, that are durable with the next sync."""

from __future__ import annotations

import sqlite3
import threading
import time

import pyarrow as pa
import pytest

from evercart.errors import Passing
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.log import open_log
from evercart.log.deferred import Deferred
from evercart.testing.disks import Failing

KEY, NOW_US = 7, 1_700_000_000_000_000


def view(id):
    return conform(pa.table({"id": [id], "kind": pa.array([number("view")], pa.int16()), "event_us": [NOW_US]}))


def decision(id, **more):
    return {"id": id, "kind": number("decision"), "event_us": NOW_US, "chance": 1, **more}


@pytest.fixture
def log(tmp_path):
    with_it = open_log(tmp_path / "log", KEY)
    yield with_it
    with_it.close()


@pytest.fixture
def deferred(log, tmp_path):
    made = Deferred(tmp_path / "log")
    yield made
    made.close()


def test_rows_stand_as_if_they_were_appended(log, deferred, tmp_path):
    rows = [decision("a", user="u", chance=0.5), decision("b", guess=2), decision("c", user="v")]
    log.append(view("e"), NOW_US)
    assert deferred.add(rows, NOW_US + 1) == 5  # after the heartbeat that began live
    other = open_log(tmp_path / "other", KEY)
    other.append(view("e"), NOW_US)
    other.append(
        conform(
            pa.Table.from_pylist(
                rows,
                pa.schema(
                    [
                        (n, conform(view("x")).schema.field(n).type)
                        for n in ("id", "kind", "event_us", "chance", "user", "guess")
                    ]
                ),
            )
        ),
        NOW_US + 1,
        own=True,
    )
    assert log.names(0, 5).equals(other.names(0, 5))
    other.close()
    assert log.append(view("a"), NOW_US + 2).other.tolist() == [0]  # its id is taken
    log.seal()
    assert log.names(0, 5)["id"].to_pylist() == [None, "e", "a", "b", "c"]


def test_rows_of_our_own_leave_history_its_clock(log, deferred):
    assert deferred.add([decision("a")], NOW_US) == 1
    assert (log.live_from, log.last_us) == (None, 0)


def test_log_time_never_goes_back(log, deferred):
    log.append(view("e"), NOW_US)
    deferred.add([decision("a")], NOW_US - 5)
    assert log.names(0, 3)["logged_us"].to_pylist() == [NOW_US] * 3


def test_nobody_waits_for_who_writes(log, deferred, tmp_path):
    other = sqlite3.connect(tmp_path / "log" / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert deferred.add([decision("a")], NOW_US) is None
    other.execute("COMMIT")
    other.close()
    assert deferred.add([decision("a")], NOW_US) == 1


@pytest.mark.parametrize("at", range(4), ids=["begin", "insert", "update", "commit"])
def test_a_commit_that_fails_changes_nothing(log, tmp_path, at):
    log.append(view("e"), NOW_US)
    with Failing(at=at).failing():
        deferred = Deferred(tmp_path / "log")
        with pytest.raises(Passing, match=r"log\.db: expected room on the disk, got 'No space left on device'"):
            deferred.add([decision("a")], NOW_US)
        assert log.next_offset == 2
        assert deferred.add([decision("a")], NOW_US) == 3
        deferred.close()


def test_a_sync_that_fails_is_told(log, tmp_path):
    with Failing(at=4).failing():  # after BEGIN, INSERT, UPDATE, COMMIT
        deferred = Deferred(tmp_path / "log")
        deferred.add([decision("a")], NOW_US)
        with pytest.raises(Passing, match="expected room on the disk"):
            deferred.sync()
        deferred.sync()
        deferred.close()


def test_the_journal_stays_short_while_rows_come_without_a_pause(log, deferred, tmp_path):
    row, ends = decision("", properties="x" * 2_000), threading.Event()

    def tidy():
        while not ends.wait(0.01):
            deferred.checkpoint()

    thread = threading.Thread(target=tidy)
    thread.start()
    added = 0
    while added < 12_000:
        rows = [row | {"id": f"d{added + n}"} for n in range(20)]
        if deferred.add(rows, NOW_US) is not None:
            added += len(rows)
        time.sleep(0.001)  # as long as a sync takes
    ends.set()
    thread.join()
    assert log.next_offset == 12_000
    assert (tmp_path / "log" / "log.db-wal").stat().st_size < 45_000_000  # of 59 that were written to it
