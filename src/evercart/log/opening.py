"""Opening a log, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evercart.errors import UserError, expected
from evercart.log import sqlite
from evercart.log.log import Log
from evercart.log.segments import SEGMENT_ROWS

if TYPE_CHECKING:
    from evercart.log.address import Address

_PREFIXES: Final = ("postgresql://", "postgres://")


def is_url(where: Path | str) -> bool:
    """Return whether this names a database rather than a folder.

    >>> is_url("postgresql://shop@db/shop"), is_url("shop/log")
    (True, False)
    """
    return isinstance(where, str) and where.startswith(_PREFIXES)


def open_log(
    where: Path | str, key: int, *, segment_rows: int = SEGMENT_ROWS, tail_rows: int = sqlite.TAIL_ROWS
) -> Log:
    """Open the log in a folder or behind a `postgresql://` URL, or begin one; the caller closes it.

    where         `?schema=NAME` at the end of a URL says in which schema of the database, `evercart` unless said
    key           the shop's 64-bit hash key
    segment_rows  what one commit of an import holds
    tail_rows     live rows of a folder that stand in its database before they are sealed
    """
    if isinstance(where, Path) or not is_url(where):
        return sqlite.open_log(Path(where), key, segment_rows=segment_rows, tail_rows=tail_rows)
    with _installed():
        from evercart.log.postgres import PostgresLog
    return PostgresLog(where, key, segment_rows)


def address(url: str) -> Address:
    """Return what a URL names, without reaching for it.

    >>> address("postgresql://shop:secret@db/shop").plain
    'postgresql://shop@db/shop'
    """
    with _installed():
        from evercart.log.address import parse
    return parse(url)


def begun(where: Path | str) -> bool:
    """Return whether a log stands there; unlike `open_log` this makes none. Unreachable raises `UserError`."""
    if isinstance(where, Path) or not is_url(where):
        return (Path(where) / sqlite.DATABASE).exists()
    with _installed():
        from evercart.log.examine_postgres import stands
    return stands(address(where))


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        missing = "pip install 'evercart[postgres]' for a log on a PostgreSQL server"
        raise UserError(expected("log", missing, str(error))) from error
