"""Durable: files that are whole under their names, or not there at all, whatever becomes of the power.

A file is written under another name, waits for the disk, gets its name, then the folder waits for the disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

WRITING: Final = ".writing"  # ends the name of a file that is not whole yet


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written whole; it has its name once the block has ended well.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, writing(Path(folder) / "a") as file:
    ...     file.write(b"body")
    4
    """
    scratch = scratch_of(path)
    try:
        with opened(scratch) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        settle(scratch, path)
    except BaseException:
        with suppress(OSError):  # on a full disk this makes room again
            scratch.unlink()
        raise


def opened(scratch: Path) -> BinaryIO:
    """Open a new file; tests put a disk that fails here."""
    return scratch.open("wb")


def scratch_of(path: Path) -> Path:
    """Return the name that a file has while it is not whole."""
    return path.with_name(path.name + WRITING)


def settle(scratch: Path, path: Path) -> None:
    """Give a file that the disk holds its name, durably."""
    scratch.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until the disk holds what a file or folder says."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder with those above it, durably."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        sync(each.parent)
