"""The archive is what its manifest says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from evercart.events.schema import conform
from evercart.log.archive import FOLDER, Archive
from evercart.log.database import Database
from evercart.log.ids import hash_ids


def table(first: int, rows: int) -> pa.Table:
    numbers = list(range(first, first + rows))
    return conform(pa.table({"id": [f"{n}" for n in numbers], "kind": pa.array([1] * rows, pa.int16())}))


@pytest.fixture
def archive(tmp_path):
    (tmp_path / FOLDER).mkdir()
    database = Database(tmp_path / "log.db")
    made = Archive(tmp_path, database, 1)
    made.follow(0)
    yield made
    database.close()


def add(archive: Archive, rows: int) -> None:
    sent = table(archive.stop, rows)
    archive.add(sent, np.zeros(rows, np.int64), hash_ids(sent["id"], 1))


def test_rows_in_any_order_from_many_segments(archive):
    for rows in (3, 1, 5):
        add(archive, rows)
    found = archive.rows(np.array([8, 0, 3, 8, 2]))
    assert found["id"].to_pylist() == ["8", "0", "3", "8", "2"]
    assert archive.rows(np.array([], np.int64)).num_rows == 0
    assert [archive.at(at).first for at in (0, 2, 3, 4, 8)] == [0, 0, 3, 4, 4]
    assert archive.at(9) is None
    assert archive.find(hash_ids(pa.chunked_array([["5", "99"]]), 1)).tolist() == [5, -1]


def test_another_process_follows(archive, tmp_path):
    other = Archive(tmp_path, archive._database, 1)
    add(archive, 3)
    add(archive, 3)
    other.follow(int(archive._database.meta()["generation"]))
    assert other.segments == archive.segments
    assert other.stored() == archive.stored()


def test_a_reader_does_not_mind_a_run_merged_away(archive, tmp_path):
    reader = Archive(tmp_path, archive._database, 1)
    add(archive, 3)
    generation = int(archive._database.meta()["generation"])
    for path in archive.folder.glob("*.ids"):
        path.unlink()
    reader.follow(generation)
    assert reader.rows(np.array([1]))["id"].to_pylist() == ["1"]


def test_merged_files_go_with_the_commit(archive):
    for _ in range(4):
        add(archive, 3)
    archive.committed()
    assert {path.name for path in archive.folder.iterdir()} == {stored.name for stored in archive.stored()}


def test_nothing_is_no_segment(archive):
    add(archive, 0)
    assert (archive.stop, archive.segments) == (0, [])
