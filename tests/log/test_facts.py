"""How far a log is can be asked without making one."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from evercart.events.schema import conform
from evercart.log.facts import Facts, facts, sqlite_fault
from evercart.testing.postgres import administer

KEY = 0x1234_5678_9ABC_DEF0
ROWS = conform(pa.table({"id": ["a", "b"], "event_us": [1, 2], "kind": pa.array([1, 1], pa.int16())}))


def test_both_sorts_tell_alike(store):
    log = store.open()
    assert facts(store.where, KEY) == Facts(0, {})
    log.import_history("one", lambda skip: iter([ROWS.slice(skip)]))
    assert facts(store.where, KEY) == Facts(2, {"one": (2, True)})


def test_nothing_is_made(store):
    assert facts(store.where, KEY) is None
    if isinstance(store.where, Path):
        assert not store.where.exists()
    else:
        administer(store.where, "CREATE SCHEMA " + store.where.partition("schema=")[2])  # it was not there


def test_a_log_that_cannot_be_asked(tmp_path):
    assert facts("postgresql://me@127.0.0.1:1/shop", KEY) is None
    (tmp_path / "log.db").write_bytes(b"?" * 5000)
    assert facts(tmp_path, KEY) is None


def test_a_damaged_database_is_told(tmp_path):
    (tmp_path / "a.db").write_bytes(b"?" * 5000)
    found = sqlite_fault(tmp_path / "a.db")
    assert found == f"{tmp_path / 'a.db'}: expected an undamaged database, got 'file is not a database'"
