"""Kept: the exports of a shop, each beside what it states of itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

from evercart.durable import make_folder, writing
from evercart.errors import UserError, expected, require

FOLDER: Final = "exports"  # of a shop
PLAIN: Final = "plain"
MOST: Final = 1e-5  # that a plain export may be apart from its learner, as a part of what that says where it is above 1
_ENDS: Final = {"onnx": "onnx", "torchscript": "pt"}


@dataclass(frozen=True)
class Statement:
    """What stands beside an exported file.

    revision       address of what was exported; `fingerprint` is that of its state
    form           "plain", or how it was made smaller
    columns        of a row that it is given, in order
    sha256         of the file
    """

    app: str
    model: str
    revision: str
    fingerprint: str
    to: str
    form: str
    columns: tuple[str, ...]
    sha256: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what stands beside the file at a path; `UserError` where that cannot be read."""
        beside = statement_of(path)
        try:
            said = json.loads(beside.read_text(encoding="utf-8"))
            texts = {one.name: str(said[one.name]) for one in fields(cls) if one.name != "columns"}
            columns = tuple(str(name) for name in said["columns"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(expected(str(beside), "a statement of `evercart export`", type(error).__name__)) from None
        made: Any = {**texts, "columns": columns}
        return cls(**made)

    def require(self, path: Path, model: str, fingerprint: str) -> None:
        """Raise `UserError` unless the file is the whole form of just this state of a model."""
        require(self.form == PLAIN, str(path), "the plain form of what is live", self.form)
        require(self.model == model, str(path), f"an export of the live model {model}", self.model)
        require(self.fingerprint == fingerprint, str(path), f"an export of the state {fingerprint}", self.fingerprint)


def path_of(folder: Path, app: str, to: str, form: str = PLAIN) -> Path:
    """Return where an app's export is, in a shop's folder.

    >>> path_of(Path("shop"), "spend", "onnx", "int8").name
    'spend-int8.onnx'
    """
    return folder / FOLDER / f"{app}{'' if form == PLAIN else f'-{form}'}.{_ENDS[to]}"


def statement_of(path: Path) -> Path:
    """Return where the statement about a file lies."""
    return path.with_name(path.name + ".json")


def keep(path: Path, body: bytes, said: Statement) -> None:
    """Write a file with its statement; whoever reads between the two finds a digest that does not fit."""
    make_folder(path.parent)
    for place, part in ((path, body), (statement_of(path), json.dumps(asdict(said), indent=1).encode())):
        with writing(place) as file:
            file.write(part)


def body_of(path: Path, said: Statement) -> bytes:
    """Return a file's bytes; `UserError` unless they are those that were stated."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UserError(expected(str(path), "a file that can be read", error.strerror or error)) from None
    found = digest(body)
    require(found == said.sha256, str(path), f"contents with sha256 {said.sha256}", found)
    return body


def digest(body: bytes) -> str:
    """Return the sha256 of bytes."""
    return hashlib.sha256(body).hexdigest()
