"""A segment is two files that say what was sealed."""

from __future__ import annotations

import mmap

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evercart.errors import UserError
from evercart.events.schema import SCHEMA, conform
from evercart.log import segments
from evercart.log.blanks import blanked
from evercart.log.columns import READABLE
from evercart.log.ids import Ids, hash_ids
from evercart.log.segments import (
    from_row,
    holds,
    read_erased,
    read_ids,
    read_names,
    read_numbers,
    to_row,
    write_segment,
)


@pytest.fixture
def table():
    kinds = pa.array([1, 2, 2] * 20, pa.int16())
    columns = {"id": [f"{n}" for n in range(60)], "event_us": list(range(60)), "kind": kinds}
    return conform(pa.table({**columns, "user": ["u", None, "v"] * 20, "amount": [None, 5, 6] * 20}))


@pytest.fixture
def segment(tmp_path, table):
    return write_segment(tmp_path, table, 100, np.arange(60), 7, Ids(*np.zeros((2, 60), np.uint64), np.arange(60)))


def test_columns_are_views_of_the_file(tmp_path, segment):
    found = read_numbers(tmp_path, segment, ("amount", "kind", "user"))
    for column in found.values():
        base = column
        while isinstance(base, np.ndarray):
            base = base.base
        assert isinstance(base.obj if isinstance(base, memoryview) else base, mmap.mmap)
        assert column.flags.writeable  # kernels are compiled for one sort of array


def test_what_was_not_sent_takes_no_room(tmp_path, segment):
    assert pq.read_schema(tmp_path / segment.names.name).names == ["id", "user"]
    with pa.OSFile(str(tmp_path / segment.numbers.name)) as file:
        assert pa.ipc.open_file(file).schema.names == ["logged_us", "id", "event_us", "kind", "amount", "user"]
    found = read_numbers(tmp_path, segment, READABLE)
    assert {len(column) for column in found.values()} == {60}


def test_single_rows_across_row_groups(tmp_path, table, monkeypatch):
    monkeypatch.setattr(segments, "_GROUP_ROWS", 16)
    segment = write_segment(tmp_path, table, 100, np.arange(60), 7, Ids(*np.zeros((2, 60), np.uint64), np.arange(60)))
    places = np.array([59, 0, 17, 17, 33])
    found = read_names(tmp_path, segment, places)
    assert found["offset"].to_pylist() == (places + 100).tolist()
    assert found.select(SCHEMA.names).equals(table.take(places))


def test_kinds(segment):
    assert segment.kinds == (1, 2)
    assert [holds(segment, kinds) for kinds in (None, {2, 9}, {9}, set())] == [True, True, False, False]


def test_the_manifests_row_says_all(segment):
    assert from_row(to_row(segment)) == segment


def test_a_damaged_file(tmp_path, segment):
    path = tmp_path / segment.numbers.name
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(UserError, match=r"numbers\.arrow: expected an undamaged file, got 'Not an Arrow file'$"):
        read_numbers(tmp_path, segment, ("kind",))


def test_of_an_erased_id_only_hashes_stay(tmp_path, table):
    ids = hash_ids(table["id"], 7)
    gone = np.arange(60) % 7 == 3
    left = blanked(table.add_column(0, "logged_us", pa.array(np.arange(60))), gone).select(SCHEMA.names)
    segment = write_segment(tmp_path, left, 100, np.arange(60), 7, ids, "-1")
    assert segment.kinds == (0, 1, 2)
    assert segment.names.name == "0000000000000100-1.names.parquet"
    found = read_numbers(tmp_path, segment, ("id", "kind"))
    assert found["id"].tolist() == np.where(gone, 0, ids.high).tolist()
    erased = read_erased(tmp_path, segment)
    assert erased.offset.tolist() == (100 + np.flatnonzero(gone)).tolist()
    assert (erased.high.tolist(), erased.low.tolist()) == (ids.high[gone].tolist(), ids.low[gone].tolist())
    again = read_ids(tmp_path, segment, 7)
    assert (again.high.tolist(), again.low.tolist()) == (ids.high.tolist(), ids.low.tolist())
    assert ids.high[again.order].tolist() == ids.high[ids.order].tolist()


def test_most_segments_have_no_erased_rows(tmp_path, segment):
    assert len(read_erased(tmp_path, segment).offset) == 0
