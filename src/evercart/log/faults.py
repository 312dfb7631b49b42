"""Faults of disk or database, said in the one wording."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pyarrow as pa

from evercart.errors import Passing, UserError, expected

_ROOM = "room on the disk"
_FOLDER = "a folder that may be read and written"
_WHOLE = "an undamaged file"
FREE: Final = "the database to be free within a minute"
_WORKS = "a disk that works"
_PASSING: Final = (_ROOM, FREE, _WORKS)
_SQLITE: Final = {
    "SQLITE_FULL": _ROOM,
    "SQLITE_CANTOPEN": _FOLDER,
    "SQLITE_READONLY": _FOLDER,
    "SQLITE_PERM": _FOLDER,
    "SQLITE_AUTH": _FOLDER,
    "SQLITE_BUSY": FREE,
    "SQLITE_LOCKED": FREE,
    "SQLITE_NOTADB": _WHOLE,
    "SQLITE_CORRUPT": _WHOLE,
    "SQLITE_IOERR": _WORKS,
}
_SYSTEM: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST), _FOLDER),
}


@contextmanager
def plainly(where: object) -> Iterator[None]:
    """Turn what a disk or a database raises into `UserError`; faults of the code itself pass unchanged.

    >>> with plainly("log.db"):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    evercart.errors.Passing: log.db: expected room on the disk, got 'No space left on device'
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        rule = _rule(getattr(error, "sqlite_errorname", ""))
        if rule is None:
            raise
        raise _fault(str(where), rule, str(error)) from error
    except OSError as error:
        rule = _SYSTEM.get(error.errno, _WORKS) if error.errno else _WHOLE  # Arrow's have no number
        raise _fault(str(where), rule, error.strerror or str(error)) from error
    except pa.ArrowInvalid as error:
        raise UserError(expected(str(where), _WHOLE, str(error))) from error


def _fault(where: str, rule: str, got: str) -> UserError:
    kind = Passing if rule in _PASSING else UserError
    return kind(expected(where, rule, got))


def _rule(name: str) -> str | None:
    """Return the rule behind a code; extended codes begin with the plain one."""
    return next((rule for code, rule in _SQLITE.items() if name == code or name.startswith(code + "_")), None)
