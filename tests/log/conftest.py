"""Stores of logs: every promise of `Log` is tested on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from evercart.log import Log, open_log
from evercart.testing.postgres import drop

KEY = 0x1234_5678_9ABC_DEF0


class Store(Protocol):
    """A place where one log lies."""

    def open(self, *, segment_rows: int = 8, tail_rows: int = 32) -> Log:
        """Open the log, as a process that has just started would."""
        ...

    def close(self) -> None:
        """Close what was opened."""
        ...


class Opened:
    """A place whose logs are closed with it, then dropped if it is on a server."""

    def __init__(self, where: Path | str) -> None:
        self.where = where
        self._opened: list[Log] = []

    def open(self, *, segment_rows: int = 8, tail_rows: int = 32) -> Log:
        log = open_log(self.where, KEY, segment_rows=segment_rows, tail_rows=tail_rows)
        self._opened.append(log)
        return log

    def close(self) -> None:
        for log in self._opened:
            log.close()
        if isinstance(self.where, str):
            drop(self.where)


SORTS = ("folder", "postgres")
_numbers = count()


@pytest.fixture(params=SORTS)
def sort(request: pytest.FixtureRequest) -> str:
    """Return what sort of store this test runs on."""
    return request.param


@pytest.fixture
def make_place(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Store]]:
    """Return a maker of stores of the named sort."""
    made: list[Opened] = []

    def make(sort: str) -> Store:
        if sort == "folder":
            where = request.getfixturevalue("tmp_path_factory").mktemp("log") / "log"
        else:
            where = request.getfixturevalue("server").url(f"log_{next(_numbers)}")
        made.append(Opened(where))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def make_store(sort: str, make_place: Callable[[str], Store]) -> Callable[[], Store]:
    """Return a maker of stores of the same sort."""
    return lambda: make_place(sort)


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """Return one store of each sort in turn."""
    return make_store()
