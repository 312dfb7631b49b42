"""Restarts: a shop's life on a database server that crashes at random statements, then starts again.

What the log cannot bridge by itself ends the life with its text, as it would end a command; it is begun again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest import mock

import numpy as np
import psycopg

from evercart import lease
from evercart.errors import UserError
from evercart.testing.faults import Life, Outcome
from evercart.testing.postgres import PrivateServer, administer

_VARIABLE: Final = "EVERCART_LOG"


class Crashing:
    """A server that crashes at one statement of this process, then starts again.

    at      number of the statement; the one that is sent then fails
    answer  whether the statement arrives, so that only its answer is lost
    """

    def __init__(self, server: PrivateServer, at: int = -1, *, answer: bool = False) -> None:
        self.statements, self.crashed = 0, ""
        self._server, self._at, self._answer = server, at, answer

    @contextmanager
    def crashing(self) -> Iterator[None]:
        """Watch every statement that is sent inside."""
        with mock.patch.object(psycopg.Connection, "execute", self._watched(psycopg.Connection.execute)):
            yield

    def _watched(self, execute: Any) -> Any:
        def watched(connection: Any, query: Any, *values: Any, **how: Any) -> Any:
            self.statements += 1
            if self.statements - 1 != self._at:
                return execute(connection, query, *values, **how)
            if self._answer:
                execute(connection, query, *values, **how)
            self._server.stop("immediate")
            self._server.start()
            self.crashed = str(query)
            return execute(connection, "SELECT 1")

        return watched


class Summary(NamedTuple):
    """What became of lives whose server crashed.

    bridged  crashes of which the life noticed nothing
    told     texts with which it ended otherwise, each time begun again
    """

    lives: int
    alike: int  # that came to the same as one whose server never crashed
    bridged: int
    told: tuple[str, ...]
    statements: int  # of one life


def crashed(lives: int, seed: int, home: Path, server: PrivateServer, like: Outcome, life: Life) -> Summary:
    """Live so often, each time with one crash at a random statement, every other time with the answer lost."""
    rng = np.random.default_rng(seed)
    quiet = Crashing(server)
    with quiet.crashing():
        alike = int(_lived(life, home / "quiet", server, "quiet")[0] == like)
    texts: list[str] = []
    bridged = 0
    for number in range(lives):
        crash = Crashing(server, int(rng.integers(quiet.statements)), answer=number % 2 == 1)
        with crash.crashing():
            found, told = _lived(life, home / f"life-{number}", server, f"life_{number}")
        alike += found == like and bool(crash.crashed)
        bridged += not told
        texts += told
    return Summary(lives + 1, alike, bridged, tuple(texts), quiet.statements)


def _lived(life: Life, folder: Path, server: PrivateServer, schema: str) -> tuple[Outcome, list[str]]:
    """Return what a life comes to in the end, with what ended it before."""
    told: list[str] = []
    url = server.url(schema)
    with mock.patch.dict("os.environ", {_VARIABLE: url}):
        life.begin(folder, f"env:{_VARIABLE}")
        for process in count():
            with mock.patch.object(lease, "_began", lambda pid, process=process: process):
                try:
                    found = life.live(folder, told.append)
                    break
                except UserError as error:
                    told.append(str(error))
                    if process > 3:  # it is not the one crash
                        raise
    administer(url, f"DROP SCHEMA {schema} CASCADE")
    return found, told
