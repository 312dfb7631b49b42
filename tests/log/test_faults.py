"""Faults of the disk are told; faults of the code are not hidden."""

from __future__ import annotations

import errno
import os
import sqlite3

import pyarrow as pa
import pytest

from evercart.errors import UserError
from evercart.log.faults import plainly


def database_error(name: str) -> sqlite3.DatabaseError:
    error = sqlite3.OperationalError("words of the database")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "No space"), "expected room on the disk, got 'No space'"),
        (OSError(errno.EACCES, "No"), "expected a folder that may be read and written, got 'No'"),
        (OSError(errno.EIO, "odd"), "expected a disk that works, got 'odd'"),
        (OSError("footer"), "expected an undamaged file, got 'footer'"),
        (pa.ArrowInvalid("half a file"), "expected an undamaged file, got 'half a file'"),
        (
            database_error("SQLITE_BUSY"),
            "expected the database to be free within a minute, got 'words of the database'",
        ),
        (database_error("SQLITE_READONLY_DIRECTORY"), "expected a folder that may be read and written, got 'words of"),
        (database_error("SQLITE_CORRUPT"), "expected an undamaged file, got 'words of the database'"),
        (database_error("SQLITE_IOERR_WRITE"), "expected a disk that works, got 'words of the database'"),
    ],
)
def test_told_in_the_one_wording(error, text):
    with pytest.raises(UserError) as told, plainly("here"):
        raise error
    assert str(told.value).startswith(f"here: {text}")


@pytest.mark.parametrize("error", [database_error("SQLITE_ERROR"), ValueError("ours"), sqlite3.InterfaceError("ours")])
def test_not_hidden(error):
    with pytest.raises(type(error)), plainly("here"):
        raise error


def test_the_cause_is_kept():
    with pytest.raises(UserError) as told, plainly("here"), open("/nowhere/at/all"):
        pass
    assert isinstance(told.value.__cause__, FileNotFoundError)
    assert os.strerror(errno.ENOENT) in str(told.value)
