"""Files of models that pip packages carry, each known by its sha256."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from evercart.errors import UserError, expected


class Carried(NamedTuple):
    """A file in a package; nothing of the package is imported."""

    module: str  # the folder under site-packages
    path: str  # within it
    sha256: str
    pip: str  # what brings it

    def found(self) -> Path:
        """Return where the file lies; absent, or with other contents, it raises `UserError`."""
        where = f"encoder file {self.module}/{self.path}"
        folder = folder_of(self.module)
        if folder is None or not (folder / self.path).is_file():
            raise UserError(expected(where, f"the package: {self.pip}", "no such file"))
        return checked(folder / self.path, self.sha256, where)


def folder_of(module: str) -> Path | None:
    """Return where a package lies, None if it is not installed."""
    spec = find_spec(module)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def checked(path: Path, sha256: str, where: str) -> Path:
    """Return the path of a file whose contents are known; others raise `UserError`."""
    found = sha256_of(path)
    if found != sha256:
        raise UserError(expected(where, f"contents with sha256 {sha256}", found))
    return path


def sha256_of(path: Path) -> str:
    """Return the hash of a file's contents; read again only once the file has changed."""
    known = os.stat(path)
    return _hashed(path, known.st_size, known.st_mtime_ns)


@lru_cache(256)
def _hashed(path: Path, size: int, changed_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
