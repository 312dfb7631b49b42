"""Shelf: every model's kept revisions in files addressed by their content, with their lineage.

A file is written before the row that names it commits; a row goes before its file does. So a kill leaves at most
a file too many, which the next `prune` removes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Self

from evercart.durable import WRITING, make_folder, writing
from evercart.errors import UserError, expected, require
from evercart.fold import Saved, fingerprint_packed, sealed, unsealed
from evercart.log.faults import plainly
from evercart.publish.difference import Difference, difference
from evercart.publish.index import Index, Rows
from evercart.publish.keep import dispensable
from evercart.publish.model import Model, Origin
from evercart.publish.moves import Current, Logged, replay_moves
from evercart.publish.names import find_model, find_version
from evercart.publish.revision import Revision, Version

_SUFFIX: Final = ".safetensors"


class Shelf:
    """The folder `shelf` of a shop; any process may read it, the one that learns writes.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Shelf(Path(folder) / "shelf") as shelf:
    ...     shelf.versions()
    []
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with plainly(folder):
            make_folder(folder)
        self.index = Index(folder / "index.db")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; nothing is pending."""
        self.index.close()

    def publish(self, model: Model, revision: Revision) -> Version:
        """Put a revision on the shelf, durably; the same again changes nothing.

        Another state of the same line at the same offset raises `UserError`: same log, same state.
        """
        found = fingerprint_packed(revision.flat)
        with self.index.writing() as rows:
            there = rows.at(model.id, revision.next_offset)
            if there is not None:
                where = f"model {model.id} at offset {revision.next_offset}"
                require(there.fingerprint == found, where, f"a state with fingerprint {there.fingerprint}", found)
                return there
            rows.enrol(model)
            parent, skipped = _lineage(rows, model, revision.next_offset)
            body = sealed(revision.flat, revision.next_offset, _about(model, revision, parent, skipped), found)
            address = hashlib.sha256(body).hexdigest()
            version = Version(
                address,
                model.id,
                model.app,
                revision.next_offset,
                revision.us,
                len(body),
                found,
                dict(revision.scores),
                parent,
                skipped,
            )
            with plainly(self.path(address)), writing(self.path(address)) as file:
                file.write(body)
            rows.add(version)
        return version

    def enrol(self, models: Iterable[Model]) -> None:
        """Make models known, so that moves may name them; those that are stay as they are."""
        known = {model.id for model in self.models()}
        with self.index.writing() as rows:
            for model in models:
                if model.id not in known:
                    rows.enrol(model)

    def versions(self, app: str | None = None) -> list[Version]:
        """Return what is kept, of one app if it is named, newest first."""
        with self.index.reading() as rows:
            return rows.versions(app)

    def models(self, app: str | None = None) -> list[Model]:
        """Return the models that ever stood on the shelf, in the order of their coming."""
        with self.index.reading() as rows:
            return rows.models(app)

    def model(self, name: str, app: str | None = None) -> Model:
        """Return a model by its id, by six letters of it or more, or the newest of that name."""
        return find_model(self.models(app), name)

    def version(self, name: str, app: str | None = None) -> Version:
        """Return a version by its address, by six letters of it or more, or the newest of a model."""
        with self.index.reading() as rows:
            return find_version(rows.versions(app), rows.models(app), name)

    def load(self, address: str) -> Saved:
        """Return a version's state; a missing file, or one with an altered bit, raises `UserError`."""
        path = self.path(address)
        try:
            body = path.read_bytes()
        except FileNotFoundError:
            raise UserError(expected(str(path), "a file of the shelf", "none")) from None
        _require_address(path, body)
        return unsealed(str(path), body, proven=True)

    def current(self, app: str) -> Current | None:
        """Return what is live in an app by the moves that the shelf was told of; None before the first."""
        return replay_moves(self.moves(app)).get(app)

    def moves(self, app: str | None = None) -> list[Logged]:
        """Return the moves that the shelf was told of, in the order of the log."""
        with self.index.reading() as rows:
            return rows.moves(app)

    def obey(self, moves: Iterable[Logged]) -> None:
        """Take moves as the log has them; the same again changes nothing.

        A move to an older revision brings the line that begins there, so it needs no more than its event.
        """
        with self.index.writing(durable=False) as rows:
            for one in moves:
                if one.move.revision:
                    _enrol_anew(rows, one)
                rows.move(one)

    def diff(self, a: str, b: str) -> Difference:
        """Return what sets two versions apart, each named as in `version`."""
        return difference(self._whole(a), self._whole(b))

    def prune(self, keep: int = 20, one_a_day: bool = True) -> list[Version]:
        """Remove revisions beyond the newest `keep` of each model, but for one a day, but for what moves name."""
        with self.index.writing() as rows:
            pinned = {one.move.revision for one in rows.moves()}
            gone = dispensable(rows.versions(), keep, one_a_day, pinned)
            rows.drop(version.address for version in gone)
        self._sweep()
        return list(gone)

    def drop_after(self, next_offset: int) -> list[Version]:
        """Remove revisions beyond an offset: what they learned from is no longer in the log."""
        with self.index.writing() as rows:
            gone = [version for version in rows.versions() if version.next_offset > next_offset]
            rows.drop(version.address for version in gone)
        self._sweep()
        return gone

    def drop(self, address: str) -> None:
        """Remove one revision, whole or damaged."""
        with self.index.writing() as rows:
            rows.drop([address])
        self._sweep()

    def verify(self) -> list[str]:
        """Return one text for each file that is altered, missing or too many; best while nobody prunes."""
        with self.index.writing() as rows:  # so that no file is in the making
            wrong = [expected(str(self.index.path), "an undamaged file", text) for text in rows.damage()]
            named = {version.address for version in rows.versions()}
            too_many = [path for path in self._files() if path.name.removesuffix(_SUFFIX) not in named]
        for address in sorted(named):
            try:
                self.load(address)
            except UserError as error:
                wrong.append(str(error))
        return wrong + [expected(str(path), "a file that the index names", "one too many") for path in too_many]

    def path(self, address: str) -> Path:
        """Return where a version's file is."""
        return self.folder / f"{address}{_SUFFIX}"

    def _whole(self, name: str) -> tuple[Model, Version, dict[str, Any]]:
        version = self.version(name)
        return self.model(version.model), version, self.load(version.address).flat

    def _files(self) -> Iterator[Path]:
        for path in sorted(self.folder.glob("*")):
            if path.name.endswith((_SUFFIX, WRITING)):
                yield path

    def _sweep(self) -> None:
        """Remove files that no row names; nobody is in the midst of writing one, being the only writer."""
        with self.index.writing() as rows, plainly(self.folder):
            named = {version.address for version in rows.versions()}
            for path in self._files():
                if path.name.removesuffix(_SUFFIX) not in named:
                    path.unlink()


def _enrol_anew(rows: Rows, one: Logged) -> None:
    """Add the line that begins at an older revision, as its move tells, where that revision is kept."""
    move = one.move
    source = next((version for version in rows.versions(move.app) if version.address == move.revision), None)
    if source is not None:
        model = find_model(rows.models(move.app), source.model)
        line = model.anew(Origin(move.revision, move.us))
        require(line.id == move.to_model, f"promotion at offset {one.offset}", f"the model {line.id}", move.to_model)
        rows.enrol(line)


def _lineage(rows: Rows, model: Model, next_offset: int) -> tuple[str, tuple[int, int] | None]:
    """Return the parent's address, with the offsets that were skipped since it."""
    before = [version for version in rows.versions(None, model.id) if version.next_offset < next_offset]
    if before:
        return before[0].address, None
    if model.origin is None:
        return "", None
    made = [one for one in rows.moves(model.app) if one.move.to_model == model.id and one.move.revision]
    if not made:
        raise UserError(expected(f"model {model.id}", "the move that began it", "none"))
    return model.origin.revision, (made[0].move.revision_offset, made[0].offset)


def _about(model: Model, revision: Revision, parent: str, skipped: tuple[int, int] | None) -> dict[str, Any]:
    said = {"model": model.to_json(), "us": revision.us, "scores": dict(revision.scores), "parent": parent}
    return said | {"skipped": list(skipped) if skipped else None}


def _require_address(path: Path, body: bytes) -> None:
    address, found = path.name.removesuffix(_SUFFIX), hashlib.sha256(body).hexdigest()
    require(found == address, str(path), f"contents with SHA-256 {address}", found)
