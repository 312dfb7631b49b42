"""Files that are written once, checksummed, then only read."""

from __future__ import annotations

import hashlib
import mmap
from pathlib import Path
from typing import NamedTuple

from evercart.durable import writing
from evercart.errors import expected, require
from evercart.log.faults import plainly


class Stored(NamedTuple):
    """A file as the manifest knows it."""

    name: str
    size: int  # bytes
    sha256: str


def store(folder: Path, name: str, body: memoryview) -> Stored:
    """Write a file durably: whole under its name, or not there at all."""
    path = folder / name
    with plainly(path), writing(path) as file:
        file.write(body)
    return Stored(name, body.nbytes, hashlib.sha256(body).hexdigest())


def mapped(path: Path) -> mmap.mmap:
    """Map a file into memory; what a reader writes there stays with that reader."""
    with plainly(path), path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)


def require_size(folder: Path, stored: Stored) -> None:
    """Raise `UserError` unless the file is there with its size."""
    path = folder / stored.name
    with plainly(path):
        size = path.stat().st_size if path.exists() else -1
    require(size == stored.size, str(path), f"{stored.size} bytes", "no such file" if size < 0 else size)


def fault(folder: Path, stored: Stored) -> str | None:
    """Return what is wrong with a file's contents, if anything is."""
    path = folder / stored.name
    with plainly(path):
        if not path.exists():
            return expected(str(path), f"{stored.size} bytes", "no such file")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    return None if found == stored.sha256 else expected(str(path), f"contents with sha256 {stored.sha256}", found)


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove what no manifest names: the leavings of a killed writer."""
    with plainly(folder):
        for path in folder.iterdir():
            if path.name not in keep:
                path.unlink()
