"""Disks that fail: writes that raise at a chosen moment; power that goes, with what was never synced.

Every write of the package goes through `evercart.durable` or SQLite. The first is watched call by call; of the
second it is believed that a commit lasts.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from unittest import mock

import numpy as np

from evercart import durable

_SQL: Final = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "BEGIN IMMEDIATE", "COMMIT")
_SQLITE_ERRORS: Final = {errno.ENOSPC: "SQLITE_FULL", errno.EIO: "SQLITE_IOERR_WRITE"}
_SQLITE_SUFFIXES: Final = (".db", ".db-wal", ".db-shm", ".db-journal")


class Failing:
    """A disk that fails at one write, named by its number, then works again.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, Failing(at=2).failing(), durable.writing(Path(folder) / "a") as file:
    ...     file.write(b"body")
    Traceback (most recent call last):
    OSError: [Errno 28] No space left on device
    """

    def __init__(self, at: int | None = None, number: int = errno.ENOSPC) -> None:
        self.calls = 0
        self._at, self._number = at, number

    def due(self) -> bool:
        """Count a call; return whether it is to fail."""
        self.calls += 1
        return self.calls - 1 == self._at

    def error(self) -> OSError:
        """Return what a disk raises."""
        return OSError(self._number, os.strerror(self._number))

    def sqlite_error(self) -> sqlite3.OperationalError:
        """Return what SQLite raises over such a disk."""
        error = sqlite3.OperationalError(os.strerror(self._number))
        error.sqlite_errorname = _SQLITE_ERRORS[self._number]
        return error

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Put this disk under everything inside."""
        with ExitStack() as patches:
            for name in ("fsync", "fdatasync", "replace"):
                patches.enter_context(mock.patch.object(os, name, self._before(getattr(os, name))))
            patches.enter_context(mock.patch.object(durable, "opened", self._opened(durable.opened)))
            patches.enter_context(mock.patch("evercart.log.ids.opened", self._opened(durable.opened)))
            patches.enter_context(mock.patch.object(sqlite3, "connect", self._connect(sqlite3.connect)))
            yield

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def calling(*given: Any, **named: Any) -> Any:
            if self.due():
                raise self.error()
            return call(*given, **named)

        return calling

    def _opened(self, call: Callable[[Path], BinaryIO]) -> Callable[[Path], Any]:
        return lambda path: _Torn(call(path), self)

    def _connect(self, call: Callable[..., Any]) -> Callable[..., Any]:
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                if sql.startswith(_SQL) and disk.due():
                    raise disk.sqlite_error()
                return super().execute(sql, *values)

            def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
                if sql.startswith(_SQL) and disk.due():
                    raise disk.sqlite_error()
                return super().executemany(sql, *values)

        return lambda *given, **named: call(*given, factory=Connection, **named)


class _Torn:
    """A file of which half a write arrives where it fails."""

    def __init__(self, file: BinaryIO, disk: Failing) -> None:
        self._file, self._disk = file, disk

    def write(self, body: Any) -> int:
        """Write all, or half of it."""
        if self._disk.due():
            self._file.write(memoryview(body).cast("B")[: memoryview(body).nbytes // 2])
            raise self._disk.error()
        return self._file.write(body)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Torn:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class Power:
    """Watches what was synced under a folder, so that the power can be cut at any moment.

    After a cut a file holds what it held at its last sync, else nothing or a part; of what happened to names in a
    folder since the folder's last sync, only a beginning has happened. `rng` draws which.

    cuts    called after each change with its number
    """

    def __init__(self, folder: Path, cuts: Callable[[int], None]) -> None:
        self.folder = folder
        self.changes = 0
        self._cuts = cuts
        self._synced: dict[int, tuple[int, int]] = {}  # inode -> size, time of change, as synced
        self._since: dict[Path, list[Callable[[Path], None]]] = {}  # folder -> how to undo what happened to names

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch everything inside; what stands there now is synced."""
        for path in self.folder.rglob("*"):
            self._keep(path.stat())
        calls = {name: getattr(os, name) for name in ("fsync", "replace", "unlink", "mkdir")}
        opened = durable.opened
        with ExitStack() as patches:
            for name, call in calls.items():
                patches.enter_context(mock.patch.object(os, name, getattr(self, f"_{name}")(call)))
            for module in ("evercart.durable", "evercart.log.ids"):
                patches.enter_context(mock.patch(f"{module}.opened", self._opened(opened)))
            yield

    def cut(self, to: Path, rng: np.random.Generator) -> None:
        """Copy to a folder what the disk would hold if the power went now."""
        shutil.copytree(self.folder, to, ignore=shutil.ignore_patterns("*.db-shm"))
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.name.endswith(_SQLITE_SUFFIXES) and not self._is_synced(path.stat()):
                body = path.read_bytes()
                held = 0 if rng.random() < 0.5 else int(rng.integers(0, len(body) + 1))
                (to / path.relative_to(self.folder)).write_bytes(body[:held])
        for undoes in self._since.values():
            happened = int(rng.integers(0, len(undoes) + 1))
            for undo in reversed(undoes[happened:]):
                undo(to)

    def _keep(self, stat: os.stat_result) -> None:
        self._synced[stat.st_ino] = (stat.st_size, stat.st_mtime_ns)

    def _is_synced(self, stat: os.stat_result) -> bool:
        return self._synced.get(stat.st_ino) == (stat.st_size, stat.st_mtime_ns)

    def _changed(self, path: Path, undo: Callable[[Path], None] | None) -> None:
        if undo is not None:
            self._since.setdefault(path.parent, []).append(undo)
        self._cuts(self.changes)
        self.changes += 1

    def _place(self, path: Any) -> Path | None:
        """Return where a path lies below the folder; None where it does not."""
        path = Path(path)
        return path.relative_to(self.folder) if path.is_relative_to(self.folder) else None

    def _fsync(self, call: Callable[[int], None]) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            call(descriptor)
            self._keep(os.fstat(descriptor))
            self._since.pop(Path(os.readlink(f"/proc/self/fd/{descriptor}")), None)
            self._changed(self.folder, None)

        return fsync

    def _replace(self, call: Callable[..., None]) -> Callable[..., None]:
        def replace(old: Any, new: Any, **named: Any) -> None:
            before = Path(new).read_bytes() if Path(new).exists() else None
            source, place = self._place(old), self._place(new)
            call(old, new, **named)

            def undo(to: Path) -> None:
                if source is not None and place is not None and (to / place).exists():
                    (to / place).rename(to / source)
                    if before is not None:
                        (to / place).write_bytes(before)

            self._changed(Path(new), undo)

        return replace

    def _unlink(self, call: Callable[..., None]) -> Callable[..., None]:
        def unlink(path: Any, **named: Any) -> None:
            place = self._place(path) if "dir_fd" not in named or named["dir_fd"] is None else None
            kept = place is not None and Path(path).is_file() and self._is_synced(Path(path).stat())
            body = Path(path).read_bytes() if kept else b""
            call(path, **named)
            if place is not None:
                self._changed(Path(path), lambda to: _put(to / place, body))

        return unlink

    def _mkdir(self, call: Callable[..., None]) -> Callable[..., None]:
        def mkdir(path: Any, *given: Any, **named: Any) -> None:
            call(path, *given, **named)
            place = self._place(path)
            if place is not None:
                self._changed(Path(path), lambda to: shutil.rmtree(to / place, ignore_errors=True))

        return mkdir

    def _opened(self, call: Callable[[Path], BinaryIO]) -> Callable[[Path], BinaryIO]:
        def opened(path: Path) -> BinaryIO:
            new = not path.exists()
            file = call(path)
            place = self._place(path)
            if new and place is not None:
                self._changed(path, lambda to: (to / place).unlink(missing_ok=True))
            return file

        return opened


def _put(path: Path, body: bytes) -> None:
    if path.parent.exists():
        path.write_bytes(body)
