"""A copy of a shop that is taken while it runs."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evercart import Shop, backup
from evercart.backup import backup as copied
from evercart.clock import Clock
from evercart.doctor import diagnose
from evercart.errors import UserError
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

TABLE = SimulatedShop(seed=2, shoppers=40, items=30, days=20).table()
NOW_US = TABLE["event_us"][-1].as_py() + DAY_US
CLOCK = Clock(now_us=lambda: NOW_US)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that has learned half of the days; the rest is to come."""
    folder = tmp_path_factory.mktemp("backup") / "shop"
    with Shop.open(folder, create=True, clock=CLOCK) as shop:
        shop.log.import_history("half", lambda skip: iter([TABLE.slice(skip, len(TABLE) // 2 - skip)]))
        shop.run()
    return folder


@pytest.fixture
def shop(learned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(learned, tmp_path / "shop"))


@contextmanager
def _busy(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """Let events come in, be learned, be sealed while the block lasts; hand out what states there were."""
    stop, failed, states = threading.Event(), list[BaseException](), list[dict[str, Any]]()

    def live() -> None:
        try:
            with Shop.open(folder, clock=CLOCK) as shop:
                states.append(shop.fingerprint())
                rest = TABLE.slice(len(TABLE) // 2)
                for at in range(0, len(rest), 40):
                    shop.log.append(rest.slice(at, 40), NOW_US)
                    if at % 200 == 0:
                        shop.run()
                        states.append(shop.fingerprint())
                        shop.log.seal()
                    if stop.is_set():
                        return
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield states
    finally:
        stop.set()
        thread.join()
    assert not failed, failed


def _names(folder: Path, rows: int | None = None) -> list[dict[str, object]]:
    with Shop.open(folder, clock=CLOCK) as shop:
        return shop.log.names(0, shop.log.next_offset if rows is None else rows).to_pylist()


def test_a_copy_of_a_busy_shop_is_a_whole_shop(shop: Path, tmp_path: Path) -> None:
    copies = [tmp_path / f"copy-{number}" for number in range(4)]
    with _busy(shop) as states:
        for to in copies:
            copied(shop, to)
    whole = _names(shop)
    for to in copies:
        assert diagnose(to) == []
        rows = _names(to)
        assert rows == whole[: len(rows)]
        with Shop.open(to, clock=CLOCK) as restored:
            assert restored.fingerprint() in states
            assert restored.checkpoints.next_offset() <= len(rows)
            assert restored.run().next_offset <= restored.log.next_offset


def test_a_copy_of_a_resting_shop_is_the_same_to_the_bit(shop: Path, tmp_path: Path) -> None:
    done = copied(shop, tmp_path / "a" / "copy")
    with Shop.open(shop) as one, Shop.open(tmp_path / "a" / "copy") as other:
        assert one.fingerprint() == other.fingerprint()
        assert one.versions() == other.versions()
    assert done.files > 5
    assert done.bytes > 10_000
    assert done.log == ""
    assert (tmp_path / "a" / "copy").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a" / "copy" / "shop.key").stat().st_mode & 0o777 == 0o600


def test_databases_come_as_one_file(shop: Path, tmp_path: Path) -> None:
    with Shop.open(shop, clock=CLOCK) as one:
        one.log.append(TABLE.slice(len(TABLE) // 2, 5), NOW_US)
        copied(shop, tmp_path / "copy")
        assert (shop / "log" / "log.db-wal").stat().st_size > 0
    assert not list((tmp_path / "copy").rglob("*-wal"))
    with sqlite3.connect(tmp_path / "copy" / "log" / "log.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert len(_names(tmp_path / "copy")) == len(_names(shop))


def test_what_nothing_names_yet_stays_behind(shop: Path, tmp_path: Path) -> None:
    strays = ["shelf/" + "0" * 64 + ".safetensors", "log/segments/0000000000999999.names.parquet"]
    strays += [f"days/{app.name}/0000000000999999.arrow" for app in (shop / "days").iterdir()]
    for name in strays:
        (shop / name).write_bytes(b"in the making")
    copied(shop, tmp_path / "copy")
    assert diagnose(tmp_path / "copy") == []
    assert not [name for name in strays if (tmp_path / "copy" / name).exists()]


def test_what_goes_meanwhile_makes_a_folder_be_copied_again(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, gone = backup._copy, [1]

    def once(path: Path, to: Path) -> None:
        if path.parent.name == "checkpoints" and gone:
            gone.pop()
            raise FileNotFoundError(path)
        copy(path, to)

    monkeypatch.setattr(backup, "_copy", once)
    copied(shop, tmp_path / "copy")
    assert sorted(path.name for path in (tmp_path / "copy" / "checkpoints").iterdir()) == sorted(
        path.name for path in (shop / "checkpoints").iterdir()
    )


def test_what_always_goes_is_told(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(path: Path, to: Path) -> None:
        raise FileNotFoundError(path)

    monkeypatch.setattr(backup, "_copy", never)
    with pytest.raises(UserError) as told:
        copied(shop, tmp_path / "copy")
    where = f"backup of {shop / 'checkpoints'}"
    assert str(told.value) == f"{where}: expected files that stay while they are copied, got 'others'"


@pytest.mark.parametrize(
    ("to", "rule"),
    [("shop", "a new folder"), ("shop/backup", "a folder outside of the shop's")],
    ids=["same", "inside"],
)
def test_nothing_is_written_over(shop: Path, tmp_path: Path, to: str, rule: str) -> None:
    with pytest.raises(UserError) as told:
        copied(shop, tmp_path / to)
    assert str(told.value) == f"--to: expected {rule}, got '{tmp_path / to}'"
