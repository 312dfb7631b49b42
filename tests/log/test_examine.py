"""A log's folder is examined without opening the log, which a lost file would forbid."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.log.examine import examine, lost, stray
from evercart.log.sqlite import open_log

KEY = 5


def rows(start: int, stop: int) -> pa.Table:
    ids = [f"e{i}" for i in range(start, stop)]
    kinds = pa.array([number("view")] * len(ids), pa.int16())
    return conform(pa.table({"id": ids, "kind": kinds, "event_us": pa.array(range(start, stop), pa.int64())}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of three segments with five live rows."""
    log = open_log(tmp_path, KEY, segment_rows=8, tail_rows=32)
    log.import_history("one", lambda skip: iter([rows(skip, 20)]))
    log.append(rows(20, 24), 1000)
    log.close()
    return tmp_path


def texts(folder: Path) -> list[str]:
    return [one.wrong.replace(str(folder), "log") for one in examine(folder, KEY)]


def sql(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / "log.db")
    with db:
        db.execute(statement)
    db.close()


def test_a_whole_log(folder: Path) -> None:
    assert texts(folder) == []


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("DELETE FROM manifest WHERE first = 8", "log: manifest: expected a segment that begins at 8, got 16"),
        (
            'DELETE FROM events WHERE "offset" = 22',
            "log: live rows: expected offsets from 20 on without a gap, got '4 o",
        ),
        ("UPDATE meta SET value = 30 WHERE name = 'next_offset'", "log: next offset: expected 25, got 30"),
        ("UPDATE meta SET value = 7 WHERE name = 'last_us'", "log: last log time: expected 1000, got 7"),
        ('UPDATE events SET logged_us = 5 WHERE "offset" = 23', "log: live rows: expected log time that never goes b"),
        (
            "DELETE FROM runs",
            "id index of 0000000000000000.names.parquet: expected each id where it stands, got '8 ast",
        ),
        ("UPDATE manifest SET rows = 9 WHERE first = 16", "0000000000000016.names.parquet: expected 9 rows, got 4"),
    ],
)
def test_what_the_database_says_is_held_against_itself(folder: Path, statement: str, text: str) -> None:
    sql(folder, statement)
    assert any(found.startswith(text) for found in texts(folder)), texts(folder)


def test_an_index_of_other_ids_is_noticed_then_made_again(folder: Path) -> None:
    sql(folder, "DELETE FROM runs WHERE rowid = (SELECT max(rowid) FROM runs)")
    found = [one for one in examine(folder, KEY) if one.mend]
    assert found[0].would == "make the id index again from the segments"
    found[0].mend()
    for one in examine(folder, KEY):
        assert one.would == "remove it"
        one.mend()
    assert texts(folder) == []
    log = open_log(folder, KEY, segment_rows=8, tail_rows=32)
    try:
        assert log.append(rows(0, 24), 2000).duplicates == 24
        assert log.append(rows(24, 60), 2000).added == 36
    finally:
        log.close()
    assert texts(folder) == []


def test_no_index_is_made_from_a_damaged_segment(folder: Path) -> None:
    (folder / "segments" / f"{8:016d}.names.parquet").write_bytes(b"")
    sql(folder, "DELETE FROM runs")
    found = list(examine(folder, KEY))
    assert found[0].wrong.endswith("; rows 8 to 15 cannot be read")
    assert found[0].mend is None
    index = [one for one in found if one.wrong.startswith("id index")]
    assert [(one.would, one.mend) for one in index] == [
        ("the id index can be made again once no segment is damaged", None)
    ]


def test_findings(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    stray(tmp_path / "a").mend()
    assert not (tmp_path / "a").exists()
    assert lost("wrong", "a").mend is None


def test_erased_rows_are_nothing_wrong(folder: Path) -> None:
    log = open_log(folder, KEY, segment_rows=8)
    log.blank([3, 9, 22])
    log.close()
    assert texts(folder) == []
    sql(folder, "DELETE FROM runs")
    assert len(texts(folder)) > 0
    for one in examine(folder, KEY):
        if one.mend:
            one.mend()
    assert texts(folder) == []
    log = open_log(folder, KEY)
    assert log.append(rows(3, 4), 2000).duplicates == 1
    log.close()
