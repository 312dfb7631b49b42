"""Stores of logs: every promise of `Log` is tested on each of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import pytest

from evercart.log import Log
from evercart.log.sqlite import open_log

KEY = 0x1234_5678_9ABC_DEF0


class Store(Protocol):
    """A place where one log lies."""

    def open(self, *, segment_rows: int = 8, tail_rows: int = 32) -> Log:
        """Open the log, as a process that has just started would."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


class Folder:
    """A log in one directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: list[Log] = []

    def open(self, *, segment_rows: int = 8, tail_rows: int = 32) -> Log:
        log = open_log(self.path, KEY, segment_rows=segment_rows, tail_rows=tail_rows)
        self._opened.append(log)
        return log

    def close(self) -> None:
        for log in self._opened:
            log.close()


@pytest.fixture(params=[Folder])
def store(request: pytest.FixtureRequest, tmp_path: Path):
    made = request.param(tmp_path / "log")
    yield made
    made.close()


@pytest.fixture
def make_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Return a maker of further stores of the same sort."""
    made: list[Store] = []

    def make() -> Store:
        made.append(Folder(tmp_path_factory.mktemp("more") / "log"))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not cut the power; waiting for the disk would be most of their time."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
