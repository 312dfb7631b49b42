"""Key store: the keys of a shop on disk, each with what it may do.

A key is the text `ev_ID_SECRET`. It is shown once, when it is made; only a hash of it is kept. The secret has
256 random bits, so nobody finds it by trying: a hash made slow on purpose would protect short passwords, of which
there are none here, and cost milliseconds a request.
"""

from __future__ import annotations

import builtins
import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from evercart.clock import Clock
from evercart.errors import UserError, expected, require, unknown
from evercart.serve.caller import SCOPES
from evercart.units import DAY_S, SECOND_US

FILE: Final = "keys.db"
TABLES: Final = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, rate REAL, created_us INTEGER NOT NULL,
    expires_us INTEGER, revoked_us INTEGER, used_us INTEGER, hash BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS ended (mark TEXT PRIMARY KEY, until_us INTEGER NOT NULL) STRICT;
"""
COLUMNS: Final = "id, name, scopes, rate, created_us, expires_us, revoked_us, used_us"
_NAME: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_HASH_BYTES: Final = 32
_MOST_DAYS: Final = 36_500
_MOST_ENDED: Final = 10_000


class Key(NamedTuple):
    """A key without its secret.

    rate          requests a second; 0: as many as it likes; None: as the settings say
    expires_us    from when it is good for nothing; None: never
    revoked_us    when it was taken back
    used_us       when it was last seen, to a minute
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    rate: float | None
    created_us: int
    expires_us: int | None
    revoked_us: int | None
    used_us: int | None

    def state(self, us: int) -> str:
        """Return whether it is "valid", "expired" or "revoked" at a time."""
        if self.revoked_us is not None:
            return "revoked"
        return "expired" if self.expires_us is not None and us >= self.expires_us else "valid"


class Made(NamedTuple):
    """A key that was just made, with the text that is never shown again."""

    key: Key
    text: str


def digest(text: str | bytes) -> bytes:
    """Return the hash of a key's text, (32,) bytes.

    >>> len(digest("ev_0a1b2c3d_secret"))
    32
    """
    said = text.encode() if isinstance(text, str) else text
    return hashlib.blake2b(said, digest_size=_HASH_BYTES, person=b"evercart key").digest()


def key_of(row: tuple[Any, ...]) -> Key:
    """Return a row of the table, without its hash, as a key."""
    return Key._make((*row[:2], tuple(row[2].split()), *row[3:]))


class KeyStore:
    """A SQLite file, `keys.db` in the shop's folder, for its owner's eyes alone; each call opens it and commits."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.path = Path(folder) / FILE
        self._clock = clock

    @contextmanager
    def _open(self, wait_s: float = 30) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, timeout=wait_s)
            connection.executescript(TABLES)
            with connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise UserError(expected(str(self.path), "keys that can be read and written", str(error))) from error
        finally:
            if connection is not None:
                connection.close()

    def create(self, name: str, scopes: Iterable[str], *, rate: float | None = None, days: float | None = None) -> Made:
        """Make a key; raises `UserError` where a valid one has that name.

        rate    requests a second; 0: as many as it likes; None: as the settings say
        days    after which it expires; None: never
        """
        require(_NAME.fullmatch(name) is not None, "name", "1 to 64 letters, digits or ._@-", name)
        asked = list(scopes)
        wanted = tuple(scope for scope in SCOPES if scope in asked)
        for scope in asked:
            if scope not in SCOPES:
                raise UserError(unknown("scope", "scopes", SCOPES, scope))
        require(bool(wanted), "scope", "at least one of " + " ".join(SCOPES), "none")
        require(rate is None or 0 <= rate < 1e9, "rate", "at least 0 requests/s", rate)
        require(days is None or 0 < days <= _MOST_DAYS, "days", f"more than 0, at most {_MOST_DAYS}", days)
        us = self._clock.now_us()
        for key in self.list():
            taken = key.name == name and key.state(us) == "valid"
            require(not taken, "name", "one that no valid key has; see `evercart key rotate`", name)
        expires_us = None if days is None else us + round(days * DAY_S * SECOND_US)
        return self._add(Key("", name, wanted, rate, us, expires_us, None, None))

    def list(self) -> tuple[Key, ...]:
        """Return every key that was ever made, oldest first."""
        if not self.path.exists():
            return ()
        with self._open() as db:
            return tuple(map(key_of, db.execute(f"SELECT {COLUMNS} FROM keys ORDER BY created_us, rowid")))

    def revoke(self, named: str) -> tuple[Key, ...]:
        """Take back the valid keys with an id or a name; return them."""
        found = self._valid(named)
        with self._open() as db:
            sql = "UPDATE keys SET revoked_us = ? WHERE id = ?"
            db.executemany(sql, [(self._clock.now_us(), key.id) for key in found])
        return tuple(found)

    def rotate(self, named: str, overlap_s: float = DAY_S) -> Made:
        """Make a key like the newest valid one with an id or a name; older ones go on for `overlap_s`.

        One that was made to expire gets a successor that lives as long.
        """
        require(0 <= overlap_s <= _MOST_DAYS * DAY_S, "overlap", "at least 0 seconds", overlap_s)
        found = self._valid(named)
        last, us = found[-1], self._clock.now_us()
        life = None if last.expires_us is None else last.expires_us - last.created_us
        until_us = us + round(overlap_s * SECOND_US)
        with self._open() as db:
            sql = "UPDATE keys SET expires_us = min(coalesce(expires_us, ?), ?) WHERE id = ?"
            db.executemany(sql, [(until_us, until_us, key.id) for key in found])
            expires_us = None if life is None else us + life
            return self._insert(db, last._replace(created_us=us, expires_us=expires_us, used_us=None))

    def used(self, seen: Mapping[str, int]) -> None:
        """Note when keys were last seen: id -> microseconds."""
        with self._open(wait_s=1) as db:
            db.executemany("UPDATE keys SET used_us = ? WHERE id = ?", [(us, id) for id, us in seen.items()])

    def end(self, mark: str, until_us: int) -> bool:
        """Note that a browser's session is over; return False where too many are noted to note one more."""
        with self._open() as db:
            db.execute("DELETE FROM ended WHERE until_us < ?", (self._clock.now_us(),))
            if db.execute("SELECT count(*) FROM ended").fetchone()[0] >= _MOST_ENDED:
                return False
            db.execute("INSERT OR IGNORE INTO ended (mark, until_us) VALUES (?, ?)", (mark, until_us))
            return True

    def _valid(self, named: str) -> builtins.list[Key]:
        us = self._clock.now_us()
        found = [key for key in self.list() if named in (key.id, key.name) and key.state(us) == "valid"]
        require(bool(found), "key", "the id or name of a valid key; see `evercart key list`", named)
        return found

    def _add(self, key: Key) -> Made:
        with self._open() as db:
            return self._insert(db, key)

    def _insert(self, db: sqlite3.Connection, like: Key) -> Made:
        key = like._replace(id=secrets.token_hex(4))
        text = f"ev_{key.id}_{secrets.token_hex(32)}"
        values = (*key._replace(scopes=" ".join(key.scopes)), digest(text))  # type: ignore[arg-type]
        db.execute(f"INSERT INTO keys ({COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return Made(key, text)
