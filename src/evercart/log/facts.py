"""Facts: how far a log is, asked without making one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from evercart.errors import UserError, expected
from evercart.log.database import Database
from evercart.log.opening import address, is_url
from evercart.log.sqlite import DATABASE

_WAIT_S = 30  # for another process's commit


class Facts(NamedTuple):
    """The next offset; of each import, how many rows were consumed, whether it is finished."""

    next_offset: int
    imports: dict[str, tuple[int, bool]]


def facts(where: Path | str, key: int) -> Facts | None:
    """Return how far the log in a folder or behind a URL is; None where it cannot be asked."""
    try:
        if isinstance(where, Path) or not is_url(where):
            return _in_folder(Path(where) / DATABASE)
        from evercart.log import examine_postgres

        return examine_postgres.facts(address(where), key)
    except UserError:
        return None


def _in_folder(path: Path) -> Facts | None:
    if not path.exists() or sqlite_fault(path):
        return None
    database = Database(path)
    try:
        rows = database.rows("SELECT name, consumed, finished FROM imports")
        next_offset = int(database.meta().get("next_offset", 0))
    finally:
        database.close()
    return Facts(next_offset, {name: (consumed, bool(finished)) for name, consumed, finished in rows})


def sqlite_fault(path: Path) -> str | None:
    """Return what is wrong with a file of SQLite's."""
    try:
        db = sqlite3.connect(path, timeout=_WAIT_S)
        try:
            found = [row[0] for row in db.execute("PRAGMA quick_check")]
        finally:
            db.close()
    except sqlite3.Error as error:
        found = [str(error)]
    return None if found == ["ok"] else expected(str(path), "an undamaged database", "; ".join(found))
