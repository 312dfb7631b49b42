"""A file is whole under its name, or not there; the disk is waited for in the right order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evercart.durable import make_folder, scratch_of, writing


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    return seen


def test_the_file_then_its_folder_wait_for_the_disk(tmp_path: Path, waited: list[str]) -> None:
    with writing(tmp_path / "a") as file:
        file.write(b"body")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"body"
    assert waited == [str(tmp_path / "a.writing"), str(tmp_path)]


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(OSError, match="no room"), writing(tmp_path / "a") as file:
        file.write(b"half")
        raise OSError(28, "no room")
    assert (tmp_path / "a").read_bytes() == b"before"
    assert not scratch_of(tmp_path / "a").exists()


def test_each_new_folder_stands_in_one_that_the_disk_holds(tmp_path: Path, waited: list[str]) -> None:
    make_folder(tmp_path / "one" / "two")
    assert waited == [str(tmp_path), str(tmp_path / "one")]
    make_folder(tmp_path / "one" / "two")
    assert len(waited) == 2
