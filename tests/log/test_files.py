"""A stored file is whole or not there."""

from __future__ import annotations

import os

import pytest

from evercart.errors import UserError
from evercart.log.files import fault, mapped, require_size, store, sweep


def test_file_then_folder_wait_for_the_disk(tmp_path, monkeypatch):
    waited: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: waited.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    store(tmp_path, "a", memoryview(b"body"))
    assert waited == [str(tmp_path / "a.writing"), str(tmp_path)]


def test_a_write_that_fails_leaves_the_name_free(tmp_path, monkeypatch):
    def fails(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(UserError, match=r"a: expected a disk that works, got 'Input/output error'$"):
        store(tmp_path, "a", memoryview(b"body"))
    assert not (tmp_path / "a").exists()


def test_what_is_wrong_with_a_file(tmp_path):
    stored = store(tmp_path, "a", memoryview(b"body"))
    path = tmp_path / "a"
    require_size(tmp_path, stored)
    assert fault(tmp_path, stored) is None
    path.write_bytes(b"bods")
    require_size(tmp_path, stored)
    assert str(fault(tmp_path, stored)).startswith(f"{path}: expected contents with sha256 {stored.sha256}, got '")
    path.unlink()
    assert fault(tmp_path, stored) == f"{path}: expected 4 bytes, got 'no such file'"
    with pytest.raises(UserError, match=r"a: expected 4 bytes, got 'no such file'$"):
        require_size(tmp_path, stored)


def test_a_reader_cannot_change_the_file(tmp_path):
    store(tmp_path, "a", memoryview(b"body"))
    mapped(tmp_path / "a")[0:1] = b"B"
    assert (tmp_path / "a").read_bytes() == b"body"


def test_sweep(tmp_path):
    for name in "abc":
        (tmp_path / name).write_text("")
    sweep(tmp_path, {"b"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
