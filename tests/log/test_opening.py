"""A log is opened by where it lies."""

from __future__ import annotations

import sys

import pytest

from evercart.errors import UserError
from evercart.log import open_log
from evercart.log.opening import begun
from evercart.log.postgres import PostgresLog
from evercart.log.sqlite import SqliteLog


def test_a_folder(tmp_path):
    for where in (tmp_path / "a", str(tmp_path / "b")):
        log = open_log(where, 1)
        assert isinstance(log, SqliteLog)
        log.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_url(server):
    for scheme in ("postgresql://", "postgres://"):
        log = open_log(server.url("opening").replace("postgresql://", scheme), 1)
        assert isinstance(log, PostgresLog)
        log.close()


@pytest.mark.parametrize("package", ["psycopg", "adbc_driver_postgresql"])
def test_without_the_extra(monkeypatch, package):
    for name in [name for name in sys.modules if name.split(".")[0] == package or name.startswith("evercart.log.")]:
        if name != "evercart.log.opening":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError) as error:
        open_log("postgresql://u:secret@h/d", 1)
    rule = "pip install 'evercart[postgres]' for a log on a PostgreSQL server"
    assert str(error.value).startswith(f"log: expected {rule}, got 'import of {package}")
    assert "secret" not in str(error.value)


def test_whether_one_stands_there_is_asked_without_making_it(store):
    where = store.where
    assert not begun(where)
    assert not begun(where)
    store.open()
    assert begun(where)
    assert begun(str(where))


def test_a_server_that_cannot_be_reached_is_told():
    with pytest.raises(UserError, match=r"^postgresql://127\.0\.0\.1:1/shop: expected a database server that answers"):
        begun("postgresql://127.0.0.1:1/shop")
