"""What is special to the log in one directory: its files, and what goes wrong with them."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.events.schema import SCHEMA, conform
from evercart.log.sqlite import open_log


def table(first: int, rows: int, text: str = "") -> pa.Table:
    numbers = range(first, first + rows)
    columns = {"id": [f"{n}" for n in numbers], "event_us": list(numbers), "text": [text or None] * rows}
    return conform(pa.table({**columns, "kind": pa.array([1] * rows, pa.int16())}))


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a log of 10 sealed rows."""
    log = open_log(tmp_path, 1, segment_rows=4)
    log.import_history("h", lambda skip: iter([table(0, 10)]))
    log.close()
    return tmp_path


def told(path: Path, text: str) -> None:
    """Hold that opening the log tells this text, in full."""
    with pytest.raises(UserError) as error:
        open_log(path, 1)
    assert str(error.value) == text


def test_what_lies_in_the_folder(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["log.db", "segments"]
    assert sorted(path.name for path in (folder / "segments").iterdir()) == [
        "0000000000000000+.ids",
        "0000000000000000.names.parquet",
        "0000000000000000.numbers.arrow",
        "0000000000000004.names.parquet",
        "0000000000000004.numbers.arrow",
        "0000000000000008.ids",
        "0000000000000008.names.parquet",
        "0000000000000008.numbers.arrow",
    ]


def test_every_commit_waits_for_the_disk(folder):
    database = open_log(folder, 1)._database
    assert (database.rows("PRAGMA journal_mode"), database.rows("PRAGMA synchronous")) == ([("wal",)], [(2,)])
    database.close()


def test_a_newer_version(folder):
    with sqlite3.connect(folder / "log.db") as connection:
        connection.execute("UPDATE meta SET value = 2 WHERE name = 'version'")
    connection.close()
    told(folder, "log.version: expected at most 1, got 2")


def test_another_key(folder):
    with pytest.raises(UserError, match=r"^log\.key: expected the key this log was begun with, got 'another'$"):
        open_log(folder, 2)


def test_a_path_that_is_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    told(path, f"{path}: expected a folder that may be read and written, got 'Not a directory'")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    told(tmp_path, f"{tmp_path}: expected a folder that may be read and written, got 'Permission denied'")


def test_a_database_that_is_none(tmp_path):
    (tmp_path / "log.db").write_bytes(b"no database at all" * 100)
    told(tmp_path, f"{tmp_path / 'log.db'}: expected an undamaged file, got 'file is not a database'")


def test_a_file_that_is_gone(folder):
    path = folder / "segments" / "0000000000000004.numbers.arrow"
    size = path.stat().st_size
    path.unlink()
    told(folder, f"{path}: expected {size} bytes, got 'no such file'")


def test_a_file_that_was_cut_short(folder):
    path = folder / "segments" / "0000000000000000+.ids"
    path.write_bytes(path.read_bytes()[:-1])
    told(folder, f"{path}: expected 192 bytes, got 191")


def test_leavings_of_a_killed_writer_are_removed(folder):
    before = set((folder / "segments").iterdir())
    for name in ("0000000000000010.names.parquet", "0000000000000010.ids.writing"):
        (folder / "segments" / name).write_text("half")
    log = open_log(folder, 1)
    assert set((folder / "segments").iterdir()) == before
    assert log.names(0, 99)["id"].to_pylist() == [f"{n}" for n in range(10)]
    log.close()


@pytest.mark.parametrize(
    "name", ["0000000000000004.names.parquet", "0000000000000004.numbers.arrow", "0000000000000008.ids"]
)
def test_one_altered_bit_is_found(folder, name):
    path = folder / "segments" / name
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    log = open_log(folder, 1)
    (text,) = log.verify()
    assert text.startswith(f"{path}: expected contents with sha256 ")
    log.close()


def test_a_full_disk_under_the_database(tmp_path):
    log = open_log(tmp_path, 1)
    log.append(table(0, 5), 5)
    pages = log._database.rows("PRAGMA page_count")[0][0]
    log._database.rows(f"PRAGMA max_page_count = {pages}")
    text = f"{tmp_path / 'log.db'}: expected room on the disk, got 'database or disk is full'"
    with pytest.raises(UserError) as error:
        log.append(table(5, 500, text="much" * 100), 6)
    assert str(error.value) == text
    log._database.rows("PRAGMA max_page_count = 1000000")
    assert log.append(table(0, 505, text=""), 7).added == 500
    assert log.names(0, 999).num_rows == 506
    log.close()


def test_a_full_disk_under_the_segments(tmp_path, monkeypatch):
    log = open_log(tmp_path, 1)
    log.append(table(0, 10), 5)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        path = tmp_path / "segments" / "0000000000000000.names.parquet"
        with pytest.raises(UserError) as error:
            log.seal()
        assert str(error.value) == f"{path}: expected room on the disk, got 'No space left on device'"
    log.seal()
    assert log.names(1, 99).select(SCHEMA.names).equals(table(0, 10))
    log.close()


KILLED = """
import os, signal, sys
from pathlib import Path
import pyarrow as pa
from evercart.events.schema import conform
from evercart.log.sqlite import open_log

rows = pa.table({"id": ["0", "1", "2", "3", "4", "0"], "event_us": [0, 1, 2, 3, 4, 9]})
rows = conform(rows.append_column("kind", pa.array([1] * 6, pa.int16())))
log = open_log(Path(sys.argv[1]), 1, segment_rows=3)
log.import_history("h", lambda skip: iter([rows]), refuse=lambda refused: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_process_killed_between_its_files_and_its_commit(tmp_path):
    assert subprocess.run([sys.executable, "-c", KILLED, tmp_path]).returncode == -signal.SIGKILL
    assert (tmp_path / "segments" / "0000000000000003.numbers.arrow").exists()
    log = open_log(tmp_path, 1, segment_rows=3)
    assert (log.next_offset, log.verify()) == (3, [])
    assert not (tmp_path / "segments" / "0000000000000003.numbers.arrow").exists()
    assert log.import_history("h", lambda skip: iter([table(0, 5).slice(skip)])).added == 2
    assert log.names(0, 9).select(SCHEMA.names).equals(table(0, 5))
    log.close()
