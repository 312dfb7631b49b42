"""The doctor of a shop whose log lies on a server, of a shop with a shelf."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evercart import Shop, doctor
from evercart.errors import UserError
from evercart.log.address import parse
from evercart.log.copying import copy
from evercart.testing.faults import AFTER_US, NOW_US, Life, Outcome
from evercart.testing.postgres import PrivateServer, administer, drop

Harm = Callable[[Path, str], object]
SCHEMA = "doctored"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, server: PrivateServer) -> tuple[Life, Path, Outcome]:
    home = tmp_path_factory.mktemp("home")
    life = Life.made(home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EVERCART_LOG", server.url("first"))
        life.begin(home / "whole", "env:EVERCART_LOG")
        return life, home / "whole", life.live(home / "whole", pytest.fail)


@pytest.fixture
def shop(
    lived: tuple[Life, Path, Outcome], server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return a copy of the shop's folder, whose settings name a copy of its log."""
    folder = Path(shutil.copytree(lived[1], tmp_path / "shop"))
    monkeypatch.setenv("EVERCART_LOG", server.url("first"))
    with Shop.open(folder) as first:
        monkeypatch.setenv("EVERCART_LOG", server.url(SCHEMA))
        with Shop.open(folder) as second:
            copy(first.log, second.log)
    yield folder
    drop(server.url(SCHEMA))


def tables(server: PrivateServer) -> list[str]:
    where = parse(server.url(SCHEMA))
    import psycopg

    with psycopg.connect(where.conninfo) as connection:
        sql = "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s ORDER BY 1"
        return [name for (name,) in connection.execute(sql, (SCHEMA,)).fetchall()]


def sql(text: str) -> Harm:
    return lambda folder, url: administer(url, text.format(SCHEMA))


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


MENDABLE: dict[str, tuple[Harm, str, str]] = {
    "index": (sql("DROP INDEX {}.events_id_hash_idx"), "expected an index of ids, got 'none'", "make it"),
    "hashes": (sql('UPDATE {}.events SET user_hash = 7 WHERE "offset" < 9'), "others'", "compute them again from"),
    "checkpoint": (
        lambda s, _: first(s, "checkpoints/*.safetensors").write_bytes(b"?"),
        ".safetensors: expected a checkpoint, got ",
        "remove it; the next",
    ),
    "note": (
        lambda s, _: first(s, "imports/*.json").write_text("{"),
        ".json: expected a note of what an import did",
        "write it again as far as it is known",
    ),
    "scratch": (
        lambda s, _: (s / "imports" / "scratch" / first(s, "imports/*.json").stem).mkdir(parents=True),
        "expected no rows of an import that is finished, got 'some'",
        "remove them",
    ),
    "revision": (
        lambda s, _: first(s, "shelf/*.safetensors").write_bytes(b"?"),
        ".safetensors: expected contents with SHA-256 ",
        "give up this revision of ",
    ),
    "no revision": (
        lambda s, _: first(s, "shelf/*.safetensors").unlink(),
        ".safetensors: expected a file of the shelf, got 'none'",
        "give up this revision of ",
    ),
    "a revision too many": (
        lambda s, _: shutil.copy(first(s, "shelf/*.safetensors"), s / "shelf" / f"{'ab' * 32}.safetensors"),
        ".safetensors: expected a file that the index names, got 'one too many'",
        "remove it",
    ),
    "shelf's index": (
        lambda s, _: (s / "shelf" / "index.db").write_bytes(b"?" * 9999),
        "index.db: expected an undamaged database, got 'file is not a database'",
        "write it again from the files beside it",
    ),
    "no index of the shelf": (
        lambda s, _: (s / "shelf" / "index.db").unlink(),
        "index.db: expected the index of the files beside it, got 'no such file'",
        "write it again from the files beside it",
    ),
}
LOST: dict[str, tuple[Harm, str]] = {
    "rows": (sql('DELETE FROM {}.events WHERE "offset" = 7'), " rows, got "),
    "key": (lambda s, _: (s / "shop.key").write_text("77"), "expected the key this log was begun with, got 'another'"),
    "tables": (sql("DROP SCHEMA {0} CASCADE; CREATE SCHEMA {0}"), "expected the log's tables, got 'none'"),
    "version": (sql("UPDATE {}.meta SET version = 99"), "log.version: expected "),
}


def test_nothing_is_wrong_nothing_is_made(shop: Path, server: PrivateServer) -> None:
    files, there = sorted(shop.rglob("*")), tables(server)
    assert doctor.diagnose(shop) == []
    assert (sorted(shop.rglob("*")), tables(server)) == (files, there)


@pytest.mark.parametrize("harm", MENDABLE)
def test_what_can_be_mended_is_mended_without_loss(
    lived: tuple[Life, Path, Outcome], shop: Path, server: PrivateServer, harm: str
) -> None:
    spoil, wrong, would = MENDABLE[harm]
    spoil(shop, server.url(SCHEMA))
    found = doctor.told(doctor.diagnose(shop))
    assert any(wrong in one.wrong and one.would.startswith(would) and one.can for one in found), found
    assert all(one.mended for one in doctor.repair(shop, AFTER_US))
    assert doctor.diagnose(shop) == []
    life, _, whole = lived
    assert life.live(shop, pytest.fail, now_us=AFTER_US) == whole


@pytest.mark.parametrize("harm", LOST)
def test_what_is_lost_is_said_nothing_is_made(shop: Path, server: PrivateServer, harm: str) -> None:
    spoil, wrong = LOST[harm]
    spoil(shop, server.url(SCHEMA))
    there = tables(server)
    for found in (doctor.told(doctor.diagnose(shop)), doctor.repair(shop, AFTER_US)):
        (one,) = (each for each in found if wrong in each.wrong)
        assert not one.can
        assert not one.mended
    assert set(tables(server)) - set(there) <= {"lease", "lease_pkey"}


def test_who_learns_elsewhere_is_not_disturbed(shop: Path, server: PrivateServer) -> None:
    with Shop.open(shop) as opened, opened.leases.held(lambda: NOW_US), pytest.MonkeyPatch.context() as patched:
        patched.setattr("evercart.lease._host", lambda: "elsewhere/7/pid")
        with pytest.raises(UserError, match=r"\?schema=doctored: expected no other learner on this shop, got 'process"):
            doctor.repair(shop, AFTER_US)


def test_a_variable_that_is_not_set_is_told(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERCART_LOG")
    text = "shop.toml: log: expected a folder or a URL in the environment variable EVERCART_LOG, got 'none'"
    for found in (doctor.told(doctor.diagnose(shop)), doctor.repair(shop, AFTER_US)):
        assert [(one.wrong, one.can) for one in found] == [(text, False)]
    monkeypatch.setenv("EVERCART_LOG", "x")
