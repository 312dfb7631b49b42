"""Apart: a shop's states learned again in a place of their own, which then take the place of the old.

Whatever was saved after an offset goes. Ended at any instant the shop has the old states, or fewer of them, or the
new ones: each can be gone on from.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from evercart.course import Progress
from evercart.durable import make_folder, sync
from evercart.fold import fingerprint_packed
from evercart.lease import Grant, Leases, Page
from evercart.log.faults import plainly
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf
from evercart.publishing import FOLDER as LIVE
from evercart.referee import follow
from evercart.shop import Shop

FOLDER: Final = "apart"  # of a shop, while states are learned again
_CHECKPOINTS, _DAYS, _SHELF, _INDEX = "checkpoints", "days", "shelf", "index.db"


class Rebuilt(NamedTuple):
    """How many checkpoints, revisions went; where the newest states stand, with their fingerprint."""

    checkpoints: int
    revisions: int
    next_offset: int
    states: str


class _Held(Leases):
    """A lease that is held already."""

    def __init__(self, leases: Leases, grant: Grant) -> None:
        self._leases, self._grant = leases, grant

    @property
    def where(self) -> str:
        """Return the store's name."""
        return self._leases.where

    def writing(self) -> AbstractContextManager[Page]:
        """Keep everyone else from it; see `Leases.writing`."""
        return self._leases.writing()

    @contextmanager
    def held(self, now_us: Callable[[], int]) -> Iterator[Grant]:
        """Go on holding it."""
        yield self._grant


@dataclass(frozen=True)
class Apart(Shop):
    """A shop whose states lie in another folder; log, settings, lease are the shop's own."""

    lease: Leases | None = None

    @property
    def leases(self) -> Leases:
        """Who may learn."""
        return self.lease or super().leases

    def close(self) -> None:
        """Let go of the shelf; the log is the shop's own."""
        if "shelf" in vars(self):
            self.shelf.close()


def rebuild(shop: Shop, grant: Grant, after: int, told: Callable[[Progress], None] = lambda _: None) -> Rebuilt:
    """Learn again from the newest checkpoint at `after` or before it, else from the start; keep nothing later.

    A shop that never learned learns nothing now.
    """
    if not any((shop.folder / name).exists() for name in (_CHECKPOINTS, _DAYS, LIVE)):
        return Rebuilt(0, 0, 0, "")
    folder = shop.folder / FOLDER
    with plainly(folder):
        _begin(shop, folder, after)
        with closing(_apart(shop, folder, grant)) as apart:
            apart.shelf.drop_after(after)
            apart.run(told)
            with grant.committing():
                gone = _swap(shop, apart, after)
        shutil.rmtree(folder)
    return Rebuilt(*gone, *newest(shop))


def newest(shop: Shop) -> tuple[int, str]:
    """Return where a shop's newest states stand, with the one fingerprint of all of them; 0, "" for none."""
    saved = next(shop.checkpoints.whole(), None)
    return (saved.next_offset, fingerprint_packed(saved.flat)) if saved else (0, "")


def _apart(shop: Shop, folder: Path, grant: Grant) -> Apart:
    """Return the shop with its states in another folder."""
    own: dict[str, Any] = {f.name: getattr(shop, f.name) for f in fields(shop)}
    return Apart(**{**own, "folder": folder, "lease": _Held(shop.leases, grant)})


def _begin(shop: Shop, folder: Path, after: int) -> None:
    """Make a folder with what was saved before an offset, of which nothing is copied."""
    if folder.exists():
        shutil.rmtree(folder)
    make_folder(folder)

    def later(_: str, names: list[str]) -> list[str]:
        return [name for name in names if name[:16].isdigit() and int(name[:16]) > after]

    for name in (_CHECKPOINTS, _DAYS):
        if (shop.folder / name).exists():
            shutil.copytree(shop.folder / name, folder / name, copy_function=_link, ignore=later)
    shutil.copytree(
        shop.shelf.folder, folder / _SHELF, copy_function=_link, ignore=shutil.ignore_patterns(f"{_INDEX}*")
    )
    indexes = (sqlite3.connect(each / _INDEX) for each in (shop.shelf.folder, folder / _SHELF))
    with closing(next(indexes)) as source, closing(next(indexes)) as target:
        source.backup(target)


def _link(source: str, target: str) -> None:
    """Give a file a second name; it is never written again under either."""
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copy2(source, target)


def _swap(shop: Shop, apart: Apart, after: int) -> tuple[int, int]:
    """Let the new states take the place of the old; checkpoints go first, come last, since they vouch for the rest."""
    _sync(apart.folder)  # before anything of the old goes
    later = [path for path in shop.checkpoints.paths() if int(path.stem) > after]
    shop.checkpoints.drop_after(after)
    if later:
        sync(shop.checkpoints.folder)
    revisions = shop.shelf.drop_after(after)
    _settle(apart.folder / _DAYS, shop.folder / _DAYS)
    follow(shop.log, shop.shelf)
    _hand_over(apart.shelf, shop.shelf, after)
    _settle(apart.folder / LIVE, shop.folder / LIVE)
    _settle(apart.folder / _CHECKPOINTS, shop.checkpoints.folder)
    return len(later), len(revisions)


def _hand_over(source: Shelf, target: Shelf, after: int) -> None:
    """Put revisions of one shelf on another, the oldest first, as each knows its parent."""
    for version in reversed(source.versions()):
        if version.next_offset > after:
            flat = source.load(version.address).flat
            model = source.model(version.model, version.app)
            target.publish(model, Revision(flat, version.next_offset, version.us, version.scores))


def _settle(source: Path, target: Path) -> None:
    """Make a folder hold what another one holds, nothing else, durably."""
    make_folder(target)
    names = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    for path in sorted(target.rglob("*")):
        if path.is_file() and path.relative_to(target) not in names:
            path.unlink()
    for name in sorted(names):
        make_folder((target / name).parent)
        (source / name).replace(target / name)
    _sync(target)


def _sync(folder: Path) -> None:
    for each in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync(each)
