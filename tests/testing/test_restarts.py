"""A server that crashes changes nothing of what a shop comes to; nor does where its log lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from evercart.testing.faults import Life
from evercart.testing.postgres import PASSWORD, PrivateServer
from evercart.testing.restarts import Crashing, crashed


@pytest.fixture(scope="module")
def own_server() -> Iterator[PrivateServer]:
    """Start a server that may be stopped; it is to lose nothing that it has promised."""
    with PrivateServer({"shared_buffers": "16MB"}) as started:
        yield started


def test_database_restarts_change_nothing(own_server: PrivateServer, tmp_path: Path) -> None:
    life = Life.made(tmp_path)
    life.begin(tmp_path / "folder")
    whole = life.live(tmp_path / "folder", pytest.fail)
    found = crashed(8, 1, tmp_path, own_server, whole, life)
    assert found.alike == found.lives == 9
    assert found.bridged > 0
    for text in found.told:
        assert text.startswith("postgresql://evercart@/"), text
        assert ": expected a database server that answers and lets this user in, got " in text
        assert PASSWORD not in text


@pytest.mark.parametrize("answer", [False, True])
def test_a_crash_is_a_crash(own_server: PrivateServer, answer: bool) -> None:
    crash = Crashing(own_server, 2, answer=answer)
    url = own_server.url().split("&schema=")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS numbers")
        connection.execute("CREATE TABLE numbers (n int)")
    with crash.crashing(), psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT 1")
        connection.execute("SELECT 2")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("INSERT INTO numbers VALUES (3)")
    assert (crash.statements, crash.crashed) == (3, "INSERT INTO numbers VALUES (3)")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchall() == [(int(answer),)]
