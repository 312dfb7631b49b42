"""Faults of a database server, said in the one wording, without a secret."""

from __future__ import annotations

from typing import Final

import adbc_driver_manager
import psycopg

from evercart.errors import Passing, UserError, expected

Failed = psycopg.Error | adbc_driver_manager.Error
ANSWERS: Final = "a database server that answers and lets this user in"
_ROOM, _CONNECTION, _FREE = "room on the server", "a free connection", "the log to be free within a minute"
_WORKS: Final = "a server whose disk works"
_PASSING: Final = (ANSWERS, _ROOM, _CONNECTION, _FREE, _WORKS)
_RULES: Final = {  # by SQLSTATE, of which the longest beginning counts
    "08": ANSWERS,
    "57P": ANSWERS,
    "28": ANSWERS,
    "25006": "a log that may be written",
    "42501": "a log that this user may use",
    "53": _ROOM,
    "53300": _CONNECTION,
    "55P03": _FREE,
    "57014": "the server to let statements end",
    "40": "no other program in the log's tables",
    "58": _WORKS,
    "XX001": "undamaged tables",
    "XX002": "undamaged tables",
    "22021": "text without NUL characters",
    "42P01": "tables that nobody removed",
    "42703": "tables that nobody changed",
    "23": "rows that nobody else wrote",
}


def passing(error: psycopg.Error) -> bool:
    """Return whether the same transaction, run again, may well succeed: a conflict, or a connection that is gone."""
    state = error.sqlstate or ""
    return state.startswith(("40", "08", "57P")) or (not state and isinstance(error, psycopg.OperationalError))


def told(where: str, error: Failed) -> Exception:
    """Return what to raise: `UserError` for what a server does, the error itself where our code is at fault.

    >>> str(told("postgresql://db/shop", psycopg.errors.DiskFull("no space left")))
    "postgresql://db/shop: expected room on the server, got 'no space left'"
    """
    state = error.sqlstate or ("08" if isinstance(error, psycopg.OperationalError) else "")
    if not state and isinstance(error, adbc_driver_manager.OperationalError):
        state = "08"
    rule = next((_RULES[state[:size]] for size in (5, 3, 2) if state[:size] in _RULES), None)
    if rule is None:
        return error
    kind = Passing if rule in _PASSING else UserError
    return kind(expected(where, rule, " ".join(str(error).split())))
