"""The index keeps what it was told, whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.publish.index import Index
from evercart.publish.model import Model
from evercart.publish.moves import Logged, Move
from evercart.publish.revision import Version

VERSIONS = [
    Version("ab", "m", "spend", 5, 50, 9, "f", {"loss": 0.5}, "", None),
    Version("cd", "m", "spend", 8, 80, 9, "g", {}, "ab", (5, 7)),
    Version("ef", "n", "buy", 6, 60, 9, "h", {}, "", None),
]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = Index(tmp_path / "index.db")
    yield opened
    opened.close()


def test_versions_come_back_newest_first(index: Index) -> None:
    with index.writing() as rows:
        for version in VERSIONS:
            rows.add(version)
    with index.reading() as rows:
        assert rows.versions() == [VERSIONS[1], VERSIONS[2], VERSIONS[0]]
        assert rows.versions("spend") == [VERSIONS[1], VERSIONS[0]]
        assert rows.versions(None, "n") == [VERSIONS[2]]
        assert rows.at("m", 8) == VERSIONS[1]
        assert rows.at("m", 6) is None
        assert rows.damage() == []
    with index.writing() as rows:
        rows.drop(["ab", "ef"])
    with index.reading() as rows:
        assert rows.versions() == [VERSIONS[1]]


def test_models_moves_come_back_once(index: Index, line: Callable[..., Model]) -> None:
    models = [line("one", 0.1), line("two", 0.2), line("three", app="buy")]
    moves = [
        Logged(4, Move("spend", "", "a1", "first", "evercart", 5)),
        Logged(9, Move("buy", "b2", "a1", "person", "me", 6, "worse", "ab", 3)),
    ]
    for _ in range(2):
        with index.writing() as rows:
            for model in models:
                rows.enrol(model)
            for one in reversed(moves):
                rows.move(one)
    with index.reading() as rows:
        assert rows.models() == models
        assert rows.models("buy") == models[2:]
        assert rows.moves() == moves
        assert rows.moves("buy") == moves[1:]


def test_a_block_that_fails_leaves_no_trace(index: Index) -> None:
    with pytest.raises(sqlite3.IntegrityError), index.writing() as rows:
        rows.add(VERSIONS[0])
        rows.add(VERSIONS[0])
    with index.reading() as rows:
        assert rows.versions() == []


def test_commits_wait_for_the_disk(index: Index) -> None:
    for opened in (index, Index(index.path)):  # made, then opened again
        with opened.reading() as rows:
            assert rows._run("PRAGMA journal_mode").fetchone() == ("wal",)
            assert rows._run("PRAGMA synchronous").fetchone() == (2,)
        opened.close()


def test_another_process_sees_what_was_committed(index: Index) -> None:
    other = Index(index.path)
    with index.writing() as rows:
        rows.add(VERSIONS[0])
        with other.reading() as seen:
            assert seen.versions() == []
    with other.reading() as seen:
        assert seen.versions() == [VERSIONS[0]]
    other.close()


def test_a_newer_schema_is_refused(index: Index) -> None:
    with index.writing() as rows:
        rows._run("UPDATE meta SET value = 2 WHERE name = 'version'")
    with pytest.raises(UserError, match=r"^shelf.version: expected at most 1, got 2$"):
        Index(index.path)


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    path.write_bytes(b"no database" * 999)
    with pytest.raises(UserError, match=r"index.db: expected an undamaged file, got 'file is not a database'$"):
        Index(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"index.db: expected a folder that may be read and written, got "):
        Index(tmp_path / "none" / "index.db")
