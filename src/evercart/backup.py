"""Backup: a copy of a shop's folder, taken while it runs.

States come first, the log comes last: it only grows, so that it holds all that the copied states were made of. A
database is copied by SQLite itself, with what is still in its write-ahead log; of the files beside it come those
that its copy names. Files have names that never mean something else; one that goes while a folder is copied lets
that folder be copied again.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from evercart.checkpoints import Checkpoints
from evercart.config import Config, read_key
from evercart.daybook import day_paths
from evercart.durable import WRITING, make_folder, sync
from evercart.errors import UserError, expected
from evercart.lease import FILE as LEASE
from evercart.log.archive import FOLDER as SEGMENTS
from evercart.log.archive import Archive
from evercart.log.database import Database
from evercart.log.faults import plainly
from evercart.log.sqlite import DATABASE
from evercart.publish.examine import INDEX
from evercart.publish.shelf import Shelf

_STEPS: Final = ("checkpoints", "days", "shelf", "")  # "": the rest, but the log
_LEFT: Final = ("live", "rehearsals", "reports")  # made again from what is copied
_LEFT_FILES: Final = (LEASE, *(f"{LEASE}{end}" for end in ("-wal", "-shm", "-journal")))
_ENDS: Final = (WRITING, ".lock", "-wal", "-shm", "-journal")
_ROUNDS: Final = 5
Told = Callable[[str, float | None], None]


class Backed(NamedTuple):
    """What was copied. `log` is where the log lies if it is not in the folder: it is to be copied by its own means."""

    folder: str
    files: int
    bytes: int
    log: str


def backup(shop: Path, to: Path, told: Told = lambda step, part: None) -> Backed:
    """Copy a shop's folder to a new one, durably; raises `UserError` where there is something already."""
    place = Config.read(shop).place(shop)
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UserError(expected("--to", "a new folder", str(to)))
    if to.resolve().is_relative_to(shop.resolve()):
        raise UserError(expected("--to", "a folder outside of the shop's", str(to)))
    own = place.path.resolve() if place.path is not None else None
    inside = own is not None and own.is_relative_to(shop.resolve())
    log = own.relative_to(shop.resolve()) if own is not None and inside else None
    with plainly(to):
        make_folder(to)
        to.chmod(0o700)
        steps = [*_STEPS, *([str(log)] if log is not None else [])]
        for number, step in enumerate(steps):
            told("copy", number / len(steps))
            _step(shop, to, step, log)
        told("copy", 1.0)
        for made in (to, *(path for path in to.rglob("*") if path.is_dir())):
            sync(made)
    sizes = [path.stat().st_size for path in to.rglob("*") if path.is_file()]
    return Backed(str(to), len(sizes), sum(sizes), "" if inside else place.shown)


def _step(shop: Path, to: Path, step: str, log: Path | None) -> None:
    """Copy one folder of a shop; again, if a file went meanwhile."""
    for _ in range(_ROUNDS):
        try:
            for path in _files(shop, to, step, log):
                _copy(path, to / path.relative_to(shop))
            return
        except FileNotFoundError:
            if step:
                shutil.rmtree(to / step, ignore_errors=True)
    raise UserError(expected(f"backup of {shop / step}", "files that stay while they are copied", "others"))


def _files(shop: Path, to: Path, step: str, log: Path | None) -> Iterator[Path]:
    """Hand out the files, the folders that a step copies, those that must go together in their order."""
    if step == "shelf":
        yield from _shelf(shop / step, to / step)
    elif log is not None and step == str(log):
        yield from _log(shop / step, to / step, read_key(shop))
    elif step == "days":
        yield from _days(shop / step, Checkpoints(to / "checkpoints").next_offset())
    else:
        yield from _rest(shop, step, log)


def _shelf(folder: Path, copy: Path) -> Iterator[Path]:
    """Hand out the shelf's index, then the revisions that its copy names."""
    if not folder.exists():
        return
    yield folder / INDEX
    with Shelf(copy) as shelf:
        named = [shelf.path(version.address).name for version in shelf.versions()]
    yield from (folder / name for name in named)


def _log(folder: Path, copy: Path, key: int) -> Iterator[Path]:
    """Hand out the log's database, then the files that its copy names."""
    if not folder.exists():
        return
    yield folder / DATABASE
    database = Database(copy / DATABASE)
    try:
        archive = Archive(copy, database, key)
        archive.follow(database.meta().get("generation", 0))
        named = [stored.name for stored in archive.stored()]
    finally:
        database.close()
    yield from (folder / SEGMENTS / name for name in named)


def _days(folder: Path, end: int) -> Iterator[Path]:
    """Hand out the days that the copied checkpoint goes with, not those that closed since."""
    for app in sorted(folder.glob("*")):
        yield app
        yield from (path for path in day_paths(app) if int(path.stem) <= end)


def _rest(shop: Path, step: str, log: Path | None) -> Iterator[Path]:
    apart = {*_STEPS, *_LEFT, *([str(log)] if log is not None else [])} - {""}
    for path in sorted((shop / step).rglob("*")):
        place = path.relative_to(shop)
        elsewhere = not step and any(place.is_relative_to(one) for one in apart)
        if not elsewhere and path.name not in _LEFT_FILES and not path.name.endswith(_ENDS):
            yield path


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        make_folder(to)
        return
    make_folder(to.parent)
    if path.suffix == ".db":
        _copy_database(path, to)
    elif not to.exists():
        shutil.copy2(path, to)
    sync(to)


def _copy_database(path: Path, to: Path) -> None:
    """Copy a database as it stands at one moment, whoever writes to it."""
    if not path.exists():
        raise FileNotFoundError(path)
    to.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, which may be carried anywhere
    to.chmod(path.stat().st_mode & 0o777)
