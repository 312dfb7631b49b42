"""Where a log lies is read, opened, shown; a password is never shown, never stands in settings."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.lease import SqliteLeases
from evercart.lease_postgres import PostgresLeases
from evercart.log.postgres import PostgresLog
from evercart.place import Place, check
from evercart.testing.postgres import PASSWORD, PrivateServer

RULE = 'a folder, "postgresql://USER@HOST/DATABASE" or "env:NAME"'
SECRET = 'a URL without a password: that goes into PGPASSWORD, ~/.pgpass, or with the URL into "env:NAME"'


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("", f"log: expected {RULE}, got ''"),
        ("mysql://me:s3cret@db/shop", f"log: expected {RULE}, got 'mysql://…'"),
        ("env:", "log: expected \"env:\" with the name of an environment variable, got ''"),
        ("env:s3-cret", "log: expected \"env:\" with the name of an environment variable, got 's3-cret'"),
        ("postgresql://me:s3cret@db/shop", f"log: expected {SECRET}, got 'one with a password'"),
        ("postgresql://db/shop?password=s3cret", f"log: expected {SECRET}, got 'one with a password'"),
        ("postgresql://db/shop?sslpassword=s3cret", f"log: expected {SECRET}, got 'one with a password'"),
    ],
)
def test_what_may_not_stand_in_settings(said: str, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        check(said, "log")


@pytest.mark.parametrize("said", ["log", "../elsewhere", "postgresql://me@db/shop?schema=north", "env:EVERCART_LOG"])
def test_what_may_stand_there(said: str) -> None:
    check(said, "log")


def test_a_folder_is_seen_from_the_shop(tmp_path: Path) -> None:
    place = Place.of("log", tmp_path)
    assert (place.path, place.shown, place.begun()) == (tmp_path / "log", str(tmp_path / "log"), False)
    assert isinstance(place.leases(tmp_path), SqliteLeases)
    assert Place.of(str(tmp_path / "far"), tmp_path / "shop").path == tmp_path / "far"
    assert list(tmp_path.iterdir()) == []
    place.log(1).close()
    assert place.begun()


def test_a_url_is_shown_without_its_password() -> None:
    place = Place.of("postgresql://me:s3cret@db:5433/shop?password=s3cret&sslmode=require", Path())
    assert (place.said, place.shown) == ("postgresql://me@db:5433/shop?sslmode=require", "postgresql://me@db:5433/shop")
    assert "s3cret" not in repr(place)
    assert place.path is None


def test_a_variable_holds_all_of_the_url(
    server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERCART_LOG", server.url("held") + "\n")
    place = Place.of("env:EVERCART_LOG", tmp_path)
    assert place.said == "env:EVERCART_LOG"
    assert PASSWORD not in repr(place)
    assert not place.begun()
    log = place.log(1)
    assert isinstance(log, PostgresLog)
    log.close()
    assert place.begun()
    leases = place.leases(tmp_path)
    assert isinstance(leases, PostgresLeases)
    with leases.held(lambda: 5) as grant:
        assert grant.token == 1
    assert list(tmp_path.iterdir()) == []


def test_the_password_comes_from_libpq_s_own_variable(server: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Place.of(server.url("unsaid"), Path()).said
    assert "password" not in plain
    assert ":" not in plain.removeprefix("postgresql://").partition("@")[0]
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    log = Place.of(plain, Path()).log(1)
    assert log.next_offset == 0
    assert list(log.read(0)) == []  # the second library finds it, too
    log.close()


def test_a_variable_that_says_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERCART_LOG", raising=False)
    text = "shop.toml: log: expected a folder or a URL in the environment variable EVERCART_LOG, got "
    with pytest.raises(UserError, match=f"^{text}'none'$"):
        Place.of("env:EVERCART_LOG", Path(), "shop.toml: log")
    monkeypatch.setenv("EVERCART_LOG", "env:EVERCART_LOG")
    with pytest.raises(UserError, match=f"^{text}'env:EVERCART_LOG'$"):
        Place.of("env:EVERCART_LOG", Path(), "shop.toml: log")
    monkeypatch.setenv("EVERCART_LOG", "mysql://me:s3cret@db/shop")
    with pytest.raises(UserError, match=f"^EVERCART_LOG: expected {re.escape(RULE)}, got 'mysql://…'$"):
        Place.of("env:EVERCART_LOG", Path(), "shop.toml: log")


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evercart.log.address", None)
    with pytest.raises(UserError, match=r"^log: expected pip install 'evercart\[postgres\]' for a log on a PostgreSQL"):
        Place.of("postgresql://db/shop", Path())
