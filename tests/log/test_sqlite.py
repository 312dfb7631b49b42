"""What is special to the log in one directory: its files, and what goes wrong with them."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evercart.errors import UserError
from evercart.events.schema import SCHEMA, conform
from evercart.log.archive import Archive
from evercart.log.examine import examine
from evercart.log.sqlite import open_log
from evercart.testing.disks import Failing, Power


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
from evercart.log.archive import Archive
from evercart.log.examine import examine
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


SECRET = "Ægir-of-the-secret-name"


@pytest.fixture
def told_of(tmp_path):
    """Return a log's folder with one name in segments, in the tail, in what was sealed."""
    log = open_log(tmp_path / "log", 1, segment_rows=4, tail_rows=6)
    log.import_history("h", lambda skip: iter([table(0, 6, text=SECRET)]))
    for first in range(6, 24, 3):
        log.append(table(first, 3, text=SECRET), first)
    assert log._archive.stop < log.next_offset
    log.close()
    return tmp_path / "log"


def files_with(folder: Path, name: str) -> list[str]:
    """Return the files in which a name stands, as letters or compressed."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    texts = {path: path.read_bytes() + parquet_text(path) for path in found}
    return sorted(path.name for path, text in texts.items() if name.encode() in text)


def parquet_text(path: Path) -> bytes:
    if path.suffix != ".parquet":
        return b""
    return repr((pq.read_table(path).to_pylist(), pq.read_metadata(path).to_dict())).encode()


def test_nothing_of_a_blank_row_is_left_in_any_file(told_of):
    log = open_log(told_of, 1, segment_rows=4, tail_rows=6)
    assert {"log.db", "0000000000000000.names.parquet"} <= set(files_with(told_of, SECRET))
    log.blank(range(log.next_offset))
    assert files_with(told_of, SECRET) == []  # while it is open, with its journal
    assert (told_of / "log.db-wal").stat().st_size == 0
    log.close()
    assert files_with(told_of, SECRET) == []


def test_a_column_is_gone_from_every_file_too(told_of):
    log = open_log(told_of, 1, segment_rows=4, tail_rows=6)
    log.blank(range(log.next_offset), columns=("text",))
    assert files_with(told_of, SECRET) == []
    assert log.names(1, 3)["id"].to_pylist() == ["1", "2"]
    log.close()


def test_a_database_that_is_read_without_a_pause(told_of):
    log, reader = (open_log(told_of, 1, segment_rows=4, tail_rows=6) for _ in range(2))
    log._database.rows("PRAGMA busy_timeout = 1")
    with reader._database.reading():
        reader._database.meta()
        with pytest.raises(UserError) as error:
            log.blank([1])
    text = f"{told_of / 'log.db'}: expected the database to be free within a minute, got "
    assert str(error.value).startswith(text)
    log.blank([1])
    assert log.names(1, 2)["text"].to_pylist() == [None]
    for each in (log, reader):
        each.close()


@pytest.mark.parametrize("what", ["read_numbers", "read_names"])
def test_a_segment_that_is_written_anew_between_two_glances(told_of, monkeypatch, what):
    log, other = (open_log(told_of, 1, segment_rows=4, tail_rows=6) for _ in range(2))
    other._database.rows("PRAGMA busy_timeout = 1")
    module = "evercart.log.sqlite" if what == "read_numbers" else "evercart.log.archive"
    read, calls = getattr(sys.modules[module], what), []

    def late(folder, segment, *given):
        calls.append(segment)
        if len(calls) == 1:
            monkeypatch.undo()
            with suppress(UserError):  # of names, this very read keeps the journal from being emptied
                other.blank([1])
        return read(folder, segment, *given)

    monkeypatch.setattr(f"{module}.{what}", late)
    found = log.names(0, 3) if what == "read_names" else next(log.read(0, columns=("user",), rows=3))
    kinds = found["kind"].to_pylist() if what == "read_names" else found.kind.tolist()
    assert kinds[:2] == [1, 0]
    for each in (log, other):
        each.close()


def test_a_file_that_is_really_gone_is_told(told_of):
    log = open_log(told_of, 1, segment_rows=4, tail_rows=6)
    path = next((told_of / "segments").glob("*.numbers.arrow"))
    path.unlink()
    with pytest.raises(UserError, match=r"expected a disk that works, got 'No such file or directory'$"):
        list(log.read(0))
    log.close()


def rows_of(folder: Path) -> pa.Table:
    log = open_log(folder, 1, segment_rows=4, tail_rows=6)
    assert log.verify() == []
    found = log.names(0, log.next_offset)
    log.close()
    return found


def blank(folder: Path) -> None:
    log = open_log(folder, 1, segment_rows=4, tail_rows=6)
    try:
        log.blank(range(2, 20, 2))
    finally:
        log.close()


@pytest.fixture
def outcomes(told_of, tmp_path):
    """Return the rows before, the rows after."""
    shutil.copytree(told_of, tmp_path / "whole")
    blank(tmp_path / "whole")
    return rows_of(told_of), rows_of(tmp_path / "whole")


def test_power_may_go_at_any_moment_of_blanking(told_of, tmp_path, outcomes):
    before, after = outcomes
    rng, made = np.random.default_rng(4), []

    def cut(number: int) -> None:
        if number % 4 == 0:
            made.append(tmp_path / f"cut {number}")
            power.cut(made[-1], rng)

    power = Power(told_of, cut)
    with power.watching():
        blank(told_of)
    assert power.changes > 30
    seen = []
    for folder in made:
        found = rows_of(folder)
        assert found.equals(before) or found.equals(after)
        seen.append(found.equals(after))
        blank(folder)
        assert rows_of(folder).equals(after)
        gone = open_log(folder, 1)
        assert gone.append(table(2, 1), 99).duplicates == 1
        gone.close()
    assert not seen[0]
    assert seen[-1]
    assert seen == sorted(seen)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_any_write_of_blanking_may_fail(told_of, tmp_path, outcomes, number):
    before, after = outcomes
    disk, at = Failing(), 0
    shutil.copytree(told_of, tmp_path / "counted")
    with disk.failing():
        blank(tmp_path / "counted")
    for at in range(number % 3, disk.calls, 9):
        folder = tmp_path / f"fails {at}"
        shutil.copytree(told_of, folder)
        with pytest.raises(UserError), Failing(at, number).failing():
            blank(folder)
        found = rows_of(folder)
        assert found.equals(before) or found.equals(after)
        blank(folder)
        assert rows_of(folder).equals(after)


def test_many_live_rows_are_sealed_by_whoever_tidies(tmp_path):
    log, other = open_log(tmp_path, 1, tail_rows=1_000), open_log(tmp_path, 1, tail_rows=6)
    log.append(table(0, 5), 9)  # one row more says that live begins
    other.tidy()
    assert other._archive.stop == 0
    log.append(table(5, 1), 9)
    other.tidy()
    assert (other._archive.stop, log.next_offset) == (7, 7)
    assert log.names(1, 7)["id"].to_pylist() == [f"{n}" for n in range(6)]


def test_whoever_appends_goes_on_while_rows_are_sealed(tmp_path, monkeypatch):
    log, other = open_log(tmp_path, 1), open_log(tmp_path, 1)
    log.append(table(0, 5), 9)
    write = Archive.written

    def slow(self, *given):
        other.append(table(5, 2), 9)  # would wait for a minute if sealing held the lock
        return write(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "written", slow)
        log._seal_ahead()
    assert other.names(0, 9)["id"].to_pylist()[1:] == [f"{n}" for n in range(7)]
    log.seal()
    assert log._database.rows("SELECT count(*) FROM events") == [(0,)]
    assert log.names(0, 9)["id"].to_pylist()[1:] == [f"{n}" for n in range(7)]


def test_files_written_ahead_may_be_swept_away(tmp_path, monkeypatch):
    log = open_log(tmp_path, 1)
    log.append(table(0, 5), 9)
    write = Archive.written

    def swept(self, *given):
        written = write(self, *given)
        open_log(tmp_path, 1).close()  # whoever opens a log sweeps it
        return written

    monkeypatch.setattr(Archive, "written", swept)
    log.seal()
    assert log.names(1, 6)["id"].to_pylist() == [f"{n}" for n in range(5)]
    assert log.verify() == []


def test_what_is_sealed_but_not_yet_removed_is_read_once(tmp_path):
    log = open_log(tmp_path, 1)
    log.append(table(0, 5), 9)
    log._seal_ahead()
    log.append(table(5, 1), 9)
    assert log._database.rows("SELECT count(*) FROM events") == [(7,)]
    assert log.names(0, 9)["id"].to_pylist()[1:] == [f"{n}" for n in range(6)]
    assert list(examine(tmp_path, 1)) == []
