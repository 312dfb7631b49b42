"""Faults of a server are told; faults of the code are not hidden."""

from __future__ import annotations

import adbc_driver_manager
import psycopg
import pytest

from evercart.errors import UserError
from evercart.log.outages import ANSWERS, passing, told

errors = psycopg.errors


@pytest.mark.parametrize(
    ("error", "rule", "again"),
    [
        (psycopg.OperationalError, ANSWERS, True),
        (errors.AdminShutdown, ANSWERS, True),
        (errors.CannotConnectNow, ANSWERS, True),
        (errors.ConnectionFailure, ANSWERS, True),
        (errors.InvalidPassword, ANSWERS, False),
        (errors.SerializationFailure, "no other program in the log's tables", True),
        (errors.DeadlockDetected, "no other program in the log's tables", True),
        (errors.ReadOnlySqlTransaction, "a log that may be written", False),
        (errors.InsufficientPrivilege, "a log that this user may use", False),
        (errors.DiskFull, "room on the server", False),
        (errors.TooManyConnections, "a free connection", False),
        (errors.LockNotAvailable, "the log to be free within a minute", False),
        (errors.IoError, "a server whose disk works", False),
        (errors.DataCorrupted, "undamaged tables", False),
        (errors.UndefinedTable, "tables that nobody removed", False),
        (errors.UniqueViolation, "rows that nobody else wrote", False),
    ],
)
def test_told_in_the_one_wording(error, rule, again):
    said = told("here", error("words\n  of the server"))
    assert isinstance(said, UserError)
    assert str(said) == f"here: expected {rule}, got 'words of the server'"
    assert passing(error("")) is again


def test_told_by_the_reader_too():
    code = adbc_driver_manager.AdbcStatusCode.IO
    gone = adbc_driver_manager.OperationalError("gone", status_code=code)
    assert str(told("here", gone)) == f"here: expected {ANSWERS}, got 'gone'"
    full = adbc_driver_manager.OperationalError("full", status_code=code, sqlstate="53100")
    assert str(told("here", full)) == "here: expected room on the server, got 'full'"


@pytest.mark.parametrize("error", [errors.SyntaxError("ours"), errors.NumericValueOutOfRange("ours")])
def test_not_hidden(error):
    assert told("here", error) is error
    assert not passing(error)
