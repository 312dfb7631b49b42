"""Examine: what is wrong with a shelf, what would mend it.

A revision that is damaged is given up: what learned it can be rebuilt from the log. An index that is damaged is
written again from the files, each of which tells its lineage, with the moves, which the log holds.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from evercart.durable import make_folder, scratch_of, settle
from evercart.errors import UserError, expected
from evercart.fold import fingerprint_packed, unsealed
from evercart.log.examine import Finding
from evercart.log.facts import sqlite_fault
from evercart.log.faults import plainly
from evercart.publish.index import Index
from evercart.publish.model import Model
from evercart.publish.moves import Logged
from evercart.publish.revision import Version
from evercart.publish.shelf import Shelf

INDEX: Final = "index.db"
_SUFFIXES: Final = ("-wal", "-shm")  # of files that SQLite keeps beside a database
_AGAIN: Final = "write it again from the files beside it, with the moves that the log holds"
Moves = Callable[[], Iterable[Logged]]


def examine(folder: Path, moves: Moves, end: int | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the shelf in a folder, if there is one; nothing is made.

    moves  returns those of the log; asked only where the index is written again
    end    next offset of the log, beyond which no revision can lie; None where it is not known
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    index = folder / INDEX
    wrong = _index_fault(index)
    if wrong:
        yield Finding(wrong, _AGAIN, lambda: rebuild(folder, moves()))
        return
    try:
        shelf = Shelf(folder)
    except UserError as error:
        yield Finding(str(error), "install the version that wrote it, or a newer")
        return
    with shelf:
        yield from _opened(shelf, moves, end)


def _index_fault(path: Path) -> str | None:
    if not path.exists():
        return expected(str(path), "the index of the files beside it", "no such file")
    wrong = sqlite_fault(path)
    if wrong is None and not _tables(path):
        wrong = expected(str(path), "the index of the files beside it", "an empty database")
    return wrong


def _tables(path: Path) -> bool:
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone())
    finally:
        db.close()


def _opened(shelf: Shelf, moves: Moves, end: int | None) -> Iterator[Finding]:
    named = {str(shelf.path(one.address)): one for one in shelf.versions()}
    for wrong in shelf.verify():
        path = wrong.partition(": expected ")[0]  # each text begins with the file it is about
        if path == str(shelf.index.path):
            yield Finding(wrong, _AGAIN, lambda: rebuild(shelf.folder, moves()))
            continue
        if path not in named:
            yield Finding(wrong, "remove it", Path(path).unlink)
            continue
        one = named.pop(path)
        would = f"give up this revision of {one.app} at offset {one.next_offset}; its model learns on"
        yield Finding(wrong, would, _dropping(shelf.folder, one.address))
    beyond = [one for one in named.values() if end is not None and one.next_offset > end]
    if beyond:
        wrong = expected(str(shelf.folder), f"revisions up to the log's end, {end}", f"{len(beyond)} beyond it")
        yield Finding(wrong, "remove them", lambda: _drop_beyond(shelf.folder, end or 0))


def _dropping(folder: Path, address: str) -> Callable[[], None]:
    def drop() -> None:
        with Shelf(folder) as shelf:
            shelf.drop(address)

    return drop


def _drop_beyond(folder: Path, end: int) -> None:
    with Shelf(folder) as shelf:
        shelf.drop_after(end)


def rebuild(folder: Path, moves: Iterable[Logged]) -> None:
    """Write the index of a shelf again; files that are damaged are left for `Shelf.verify` to find.

    Models of which no revision is kept are not known again before they are published anew.
    """
    scratch = scratch_of(folder / INDEX)
    with plainly(folder):
        make_folder(folder)
        for path in (scratch, *_beside(scratch)):
            path.unlink(missing_ok=True)
    index = Index(scratch)
    try:
        with index.writing() as rows:
            for model, version in _whole(folder):
                rows.enrol(model)
                if rows.at(model.id, version.next_offset) is None:  # else one of them was given up before
                    rows.add(version)
            for one in moves:
                rows.move(one)
    finally:
        index.close()  # the last connection: everything is in the one file now
    with plainly(folder):
        for path in _beside(folder / INDEX):
            path.unlink(missing_ok=True)  # or they would be taken for the new one's
        settle(scratch, folder / INDEX)


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _SUFFIXES]


def _whole(folder: Path) -> list[tuple[Model, Version]]:
    """Return the revisions whose files are whole, in the order of learning."""
    found = []
    for path in sorted(folder.glob("*.safetensors")):
        body = path.read_bytes()
        address = hashlib.sha256(body).hexdigest()
        if address != path.stem:
            continue
        saved = unsealed(str(path), body, proven=True)
        said, model = saved.about, Model.from_json(saved.about["model"])
        skipped = tuple(said["skipped"]) if said["skipped"] else None
        version = Version(
            address,
            model.id,
            model.app,
            saved.next_offset,
            said["us"],
            len(body),
            fingerprint_packed(saved.flat),
            dict(said["scores"]),
            said["parent"],
            skipped,
        )
        found.append((model, version))
    return sorted(found, key=lambda one: (one[1].next_offset, one[1].us, one[0].id))
