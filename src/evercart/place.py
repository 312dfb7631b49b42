"""Place: where a shop's log lies, as `shop.toml` says it, as it is opened, as it is shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from evercart.errors import UserError, expected, require
from evercart.lease import Leases, SqliteLeases
from evercart.log.deferred import Deferred
from evercart.log.log import Log
from evercart.log.opening import address, begun, is_url, open_log
from evercart.log.sqlite import TAIL_ROWS

FOLDER: Final = "log"  # of the shop, unless it says otherwise
_ENV: Final = "env:"
_RULE: Final = 'a folder, "postgresql://USER@HOST/DATABASE" or "env:NAME"'
_SECRET: Final = 'a URL without a password: that goes into PGPASSWORD, ~/.pgpass, or with the URL into "env:NAME"'


def check(said: str, where: str) -> None:
    """Raise `UserError` unless it may stand in `shop.toml`, which people show to each other.

    >>> check("env:EVERCART_LOG", "log")
    """
    _require_form(said, where)
    if is_url(said):
        require(not address(said).secret, where, _SECRET, "one with a password")


def require_ready(said: str, folder: Path) -> None:
    """Raise `UserError` unless a shop that is about to be made in a folder may put its log there."""
    check(said, "log")
    Place.of(said, folder).begun()  # a server that does not answer is told of before anything is made


def _require_form(said: str, where: str) -> None:
    """Raise `UserError` unless it names a place; what does not look like one may hold a password, so is not shown."""
    require(bool(said), where, _RULE, said)
    if said.startswith(_ENV):
        name = said.removeprefix(_ENV)
        require(name.isidentifier(), where, '"env:" with the name of an environment variable', name)
    elif "://" in said and not is_url(said):
        raise UserError(expected(where, _RULE, f"{said.partition('://')[0]}://…"))


@dataclass(frozen=True)
class Place:
    """Where a log lies: a folder, or behind a URL that may hold a password.

    said   as `shop.toml` may say it, without a password
    shown  for people
    """

    said: str
    shown: str
    where: Path | str = field(repr=False)

    @classmethod
    def of(cls, said: str, folder: Path, where: str = "log") -> Self:
        """Return the place that a text names: a folder, seen from the shop's; a URL; the variable that holds either.

        >>> Place.of("log", Path("shop")).shown
        'shop/log'
        """
        _require_form(said, where)
        if said.startswith(_ENV):
            name = said.removeprefix(_ENV)
            value = os.environ.get(name, "").strip()
            set_ = bool(value) and not value.startswith(_ENV)
            require(set_, where, f"a folder or a URL in the environment variable {name}", value or "none")
            found = cls.of(value, folder, name)
            return cls(said, found.shown, found.where)
        if is_url(said):
            there = address(said)
            return cls(there.plain, there.shown, said)
        return cls(said, str(folder / said), folder / said)

    @property
    def path(self) -> Path | None:
        """Return the folder; None where it is a server."""
        return self.where if isinstance(self.where, Path) else None

    def begun(self) -> bool:
        """Return whether a log stands there; a server that cannot be reached raises `UserError`."""
        return begun(self.where)

    def log(self, key: int, *, tail_rows: int = TAIL_ROWS) -> Log:
        """Open the log, or begin one; the caller closes it.

        tail_rows    live rows that stand in a folder's database before whoever appends seals them
        """
        return open_log(self.where, key, tail_rows=tail_rows)

    def deferred(self) -> Deferred | None:
        """Open the log in a folder for rows that need not be durable at once; a server has its own ways."""
        return Deferred(self.path) if self.path is not None else None

    def leases(self, folder: Path) -> Leases:
        """Return who may learn on the shop in this folder: on a server, also from other machines."""
        if isinstance(self.where, Path):
            return SqliteLeases(folder)
        from evercart.lease_postgres import PostgresLeases

        return PostgresLeases(address(self.where))
