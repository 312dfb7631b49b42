"""Disks that fail, power that goes: what was committed stays, the rest is made again in the same bits."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from evercart import durable
from evercart.durable import make_folder, writing
from evercart.errors import UserError
from evercart.testing.disks import Failing, Power
from evercart.testing.faults import AFTER_US, Life, Outcome, memory_disk

Lived = tuple[Life, Outcome, int]


@pytest.fixture
def shops() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=memory_disk()) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A life, what it comes to, how many of its writes may fail."""
    home = tmp_path_factory.mktemp("home")
    life, disk = Life.made(home), Failing()
    life.begin(home / "whole")
    with disk.failing():
        return life, life.live(home / "whole", pytest.fail), disk.calls


def fails(lived: Lived, folder: Path, at: int, number: int) -> str:
    """Live over a disk that fails at one write; go on from there; return what was said of it."""
    life, whole, _ = lived
    life.begin(folder)
    with pytest.raises(UserError) as said, Failing(at, number).failing():
        life.live(folder, pytest.fail)
    assert life.live(folder, pytest.fail, now_us=AFTER_US) == whole, f"write {at}"
    return str(said.value)


def test_a_write_that_fails_is_told_then_gone_on_from(lived: Lived, shops: Path) -> None:
    rng = np.random.default_rng(3)
    for at in rng.choice(lived[2], 6, replace=False).tolist():
        number = int(rng.choice([errno.ENOSPC, errno.EIO]))
        assert ": expected " in fails(lived, shops / f"{at}", at, number)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_every_write_may_fail(lived: Lived, shops: Path, part: int) -> None:
    for at in range(part, lived[2], 8):
        fails(lived, shops / f"{at}", at, (errno.ENOSPC, errno.EIO)[at // 8 % 2])


def test_a_disk_that_fails_again_and_again(lived: Lived, shops: Path) -> None:
    life, whole, _ = lived
    rng, found, attempts = np.random.default_rng(1), None, 0
    life.begin(shops / "shop")
    while found is None:
        attempts += 1
        try:
            with Failing(int(rng.integers(20, 100 + 20 * attempts)), errno.ENOSPC).failing():
                found = life.live(shops / "shop", pytest.fail, now_us=AFTER_US)
        except UserError:
            continue
    assert attempts > 3
    assert found == whole


def cuts(lived: Lived, folder: Path, chosen: Callable[[int], bool], rng: np.random.Generator) -> list[tuple[int, str]]:
    """Cut the power at chosen changes of one life; go on from each; return where that came to something else."""
    life, whole, _ = lived
    made: list[int] = []

    def cut(number: int) -> None:
        if chosen(number):
            power.cut(folder / f"{number}", rng)
            made.append(number)

    life.begin(folder / "shop")
    power = Power(folder / "shop", cut)
    with power.watching():
        assert life.live(folder / "shop", pytest.fail) == whole
    assert power.changes > 100
    wrong = []
    for number in made:
        told: list[str] = []
        try:
            same = life.live(folder / f"{number}", told.append, now_us=AFTER_US) == whole
        except UserError as error:
            same, told = False, [str(error)]
        if told or not same:
            wrong.append((number, "; ".join(told)))
    return wrong


def test_power_that_goes_loses_nothing(lived: Lived, shops: Path) -> None:
    assert cuts(lived, shops, lambda number: number % 104 == 5, np.random.default_rng(2)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_power_may_go_at_any_moment(lived: Lived, shops: Path, seed: int) -> None:
    assert cuts(lived, shops, lambda number: True, np.random.default_rng(seed)) == []


def test_a_forgotten_sync_is_found(lived: Lived, shops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the wait for a file before it gets its name, something is lost."""

    @contextmanager
    def unsynced(path: Path):
        with durable.opened(durable.scratch_of(path)) as file:
            yield file
        durable.settle(durable.scratch_of(path), path)

    monkeypatch.setattr("evercart.fold.writing", unsynced)
    monkeypatch.setattr("evercart.evaluate.days.writing", unsynced)
    wrong = cuts(lived, shops, lambda number: number % 30 == 5, np.random.default_rng(2))
    assert wrong
    assert any("going on from what was saved before it" in told for _, told in wrong)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop"


def after_a_cut(folder: Path, change: Callable[[], None], seed: int) -> dict[str, bytes]:
    """Return what stands in the folder after a cut that follows a change."""
    power = Power(folder, lambda number: None)
    with power.watching():
        change()
        to = folder.parent / f"cut {seed}"
        power.cut(to, np.random.default_rng(seed))
    return {path.relative_to(to).as_posix(): path.read_bytes() for path in to.rglob("*") if path.is_file()}


def test_what_was_never_synced_may_be_cut_off_or_gone(folder: Path) -> None:
    def change() -> None:
        with durable.opened(folder / "a") as file:
            file.write(b"body")

    found = {repr(after_a_cut(folder, change, seed)) for seed in range(20) if not (folder / "a").unlink(True)}
    assert "{}" in found
    assert "{'a': b''}" in found
    assert len(found) > 2


def test_what_was_synced_stays(folder: Path) -> None:
    def change() -> None:
        make_folder(folder / "deep")
        with writing(folder / "deep" / "a") as file:
            file.write(b"body")

    for seed in range(9):
        assert after_a_cut(folder, change, seed) == {"deep/a": b"body"}


def test_a_name_whose_folder_was_not_synced_may_be_the_old_one(folder: Path) -> None:
    def change() -> None:
        with durable.opened(folder / "new") as file:
            file.write(b"new")
            file.flush()
            os.fsync(file.fileno())
        durable.sync(folder)
        (folder / "new").replace(folder / "a")

    found = set()
    for seed in range(20):
        (folder / "a").write_bytes(b"old")
        found.add(repr(after_a_cut(folder, change, seed)))
    assert found == {"{'a': b'new'}", "{'new': b'new', 'a': b'old'}"}


def test_a_removed_file_may_come_back(folder: Path) -> None:
    found = set()
    for seed in range(20):
        (folder / "a").write_bytes(b"body")
        found.add(repr(after_a_cut(folder, (folder / "a").unlink, seed)))
    assert found == {"{}", "{'a': b'body'}"}


def test_half_a_write_arrives(tmp_path: Path) -> None:
    disk = Failing(0, errno.EIO)
    with disk.failing(), pytest.raises(OSError, match="Input/output error"), durable.opened(tmp_path / "a") as file:
        file.write(b"body")
    assert (tmp_path / "a").read_bytes() == b"bo"


def test_sqlite_fails_like_the_disk(tmp_path: Path) -> None:
    with Failing(1, errno.ENOSPC).failing():
        db = sqlite3.connect(tmp_path / "a.db")
        db.execute("CREATE TABLE a (b)")
        with pytest.raises(sqlite3.OperationalError, match="No space left") as told:
            db.execute("INSERT INTO a VALUES (1)")
        assert told.value.sqlite_errorname == "SQLITE_FULL"
        db.execute("INSERT INTO a VALUES (1)")
        db.close()
