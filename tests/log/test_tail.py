"""The tail holds live rows until they are sealed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from evercart.events.schema import SCHEMA, conform
from evercart.log.database import Database
from evercart.log.tail import Tail


def table(*ids: str | None) -> pa.Table:
    rows = {"id": pa.array(ids, pa.string()), "event_us": list(range(len(ids)))}
    return conform(pa.table({**rows, "kind": pa.array([1] * len(ids), pa.int16())}))


@pytest.fixture
def database(tmp_path):
    made = Database(tmp_path / "log.db")
    yield made
    made.close()


def test_rows_by_stretch_or_by_offset(database):
    tail = Tail(database, 1)
    tail.insert(table("a", "b", "c"), 5, np.array([7, 7, 8]))
    assert tail.rows(6, 9).select(SCHEMA.names).equals(table("a", "b", "c").slice(1))
    assert tail.at(np.array([7, 5]))["logged_us"].to_pylist() == [8, 7]
    assert tail.rows(9, 12).num_rows == tail.at(np.array([], np.int64)).num_rows == 0


def test_columns_are_writable_like_those_of_segments(database):
    tail = Tail(database, 1)
    tail.insert(table("a"), 0, np.array([7]))
    found = tail.numbers(0, 1, ("offset", "kind", "user", "amount"))
    assert all(column.flags.writeable and len(column) == 1 for column in found.values())


def test_ids_follow_what_was_committed(database):
    tail, names = Tail(database, 1), pa.chunked_array([["a", "b", "c"]])
    tail.insert(table("a", None), 5, np.array([7, 7]))
    assert tail.find(names, 5, 7).tolist() == [5, -1, -1]
    Tail(database, 1).insert(table("b"), 7, np.array([7]))  # another process
    assert tail.find(names, 5, 8).tolist() == [5, 7, -1]
    tail.clear()
    tail.insert(table("c"), 8, np.array([7]))
    assert tail.find(names, 8, 9).tolist() == [-1, -1, 8]
    assert tail.find(names, 9, 9).tolist() == [-1, -1, -1]


def test_only_rows_of_some_kinds(database):
    tail = Tail(database, 1)
    tail.insert(table("a", "b"), 0, np.array([7, 7]))
    assert tail.numbers(0, 2, ("offset",), (1,))["offset"].tolist() == [0, 1]
    assert tail.numbers(0, 2, ("offset",), (2, 3))["offset"].tolist() == []


def test_sealed_rows_go_a_few_at_a_time(database):
    tail = Tail(database, 1)
    tail.insert(table("a", "b", "c"), 0, np.array([7, 7, 8]))
    assert tail.clear_some(2)
    assert not tail.clear_some(2)
    assert tail.rows(0, 3)["id"].to_pylist() == ["c"]
