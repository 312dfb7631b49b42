"""Keys: who may do what; nobody needs one where there are none."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from evercart.clock import Clock
from evercart.errors import UserError, expected
from evercart.serve.caller import LOCAL, NOBODY, Caller
from evercart.serve.keystore import COLUMNS, TABLES, Key, KeyStore, digest, key_of
from evercart.serve.problem import WhoAreYou
from evercart.units import MINUTE_S

_LOG: Final = logging.getLogger("evercart.serve")
_LOOK_S: Final = 1.0  # a revoked key is good for so long
_MISS_S: Final = 0.05  # an unknown key makes us look sooner: it may be new
_PATIENT: Final = 20  # looks in a row that fail before anything is said of it
_NEVER_US: Final = 1 << 62
WRONG: Final = "key: expected one that this shop knows, got one it does not"
TWICE: Final = "key: expected one, got several"


@dataclass(frozen=True)
class _Known:
    caller: Caller
    digest: bytes
    until_us: int
    key: Key


def _in_thread(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True).start()


class Keys(KeyStore):
    """The keys of a shop as a running service knows them: in memory, the file watched for changes.

    A shop whose last key was revoked still has keys, so that a service never opens itself to everybody.

    clock    real time, even where the shop's own is simulated
    aside    does what may take a while, such as noting when keys were last seen
    """

    def __init__(
        self, folder: Path, clock: Clock | None = None, aside: Callable[[Callable[[], None]], None] = _in_thread
    ) -> None:
        super().__init__(folder, clock or Clock())
        self._aside = aside
        self._by_id: dict[str, _Known] = {}
        self._ended: frozenset[str] = frozenset()
        self._seen: dict[str, int] = {}
        self._any = False
        self._db: sqlite3.Connection | None = None
        self._inode = self._version = -1
        self._missed = 0
        self._reading = Lock()  # pages are made in threads of their own
        self._next_look_s = self._next_note_s = 0.0
        self._read(begin=True)
        if self._db is not None:
            self._db.execute("PRAGMA busy_timeout = 0")  # from now on the event loop waits for nobody
        self._set_looks()

    def any(self) -> bool:
        """Return whether the shop has ever had a key."""
        self.look()
        return self._any

    def caller(self, asgi: MutableMapping[str, Any]) -> Caller:
        """Return who sent a request: by its key, `LOCAL` where there are no keys, `NOBODY` without one.

        Raises `WhoAreYou` for a key that is not known.
        """
        self.look()
        if not self._any:
            return LOCAL
        headers = dict(asgi["headers"])
        said = headers.get(b"authorization", b"")
        text = said[7:].strip() if said[:7].lower() == b"bearer " else headers.get(b"x-api-key")
        if text is None:
            return NOBODY
        if len(headers) < len(asgi["headers"]):
            names = [name for name, _ in asgi["headers"]]
            if names.count(b"authorization") + names.count(b"x-api-key") > 1:
                raise WhoAreYou(TWICE)
        return self.of_text(text)

    def of_text(self, text: bytes) -> Caller:
        """Return whose key a text is; raises `WhoAreYou`."""
        id = text[3:11].decode("latin-1")
        known = self._by_id.get(id)
        if known is None:
            self._look_for_new()
            known = self._by_id.get(id)
        us = self._clock.now_us()
        if known is None or not compare_digest(digest(text), known.digest) or us >= known.until_us:
            raise WhoAreYou(WRONG)
        self._seen[id] = us
        return known.caller

    def of_id(self, id: str) -> Caller | None:
        """Return the caller behind a key's id while that is valid."""
        self.look()
        known = self._by_id.get(id)
        return known.caller if known is not None and self._clock.now_us() < known.until_us else None

    def rate(self, id: str) -> float | None:
        """Return how many requests a second a key may send, as it says itself."""
        known = self._by_id.get(id)
        return known.key.rate if known is not None else None

    def ended(self, mark: str) -> bool:
        """Return whether a browser's session is over."""
        self.look()
        return mark in self._ended

    def end(self, mark: str, until_us: int) -> bool:
        """Note that a browser's session is over, at once; see `KeyStore.end`."""
        noted = super().end(mark, until_us)
        self._read()
        return noted

    def look(self) -> None:
        """Read what has changed, at most every second."""
        if self._clock.wall_s() >= self._next_look_s:
            self._set_looks()
            self._read()
            self._note()

    def note(self) -> None:
        """Write when keys were last seen."""
        seen, self._seen = self._seen, {}
        if seen:
            try:
                self.used(seen)
            except UserError:
                _LOG.warning("keys.db: when keys were last seen could not be written")

    def close(self) -> None:
        """Let go of the file."""
        if self._any:
            self.note()
        self._forget_file()

    def _set_looks(self) -> None:
        now_s = self._clock.wall_s()
        self._next_look_s, self._next_miss_s = now_s + _LOOK_S, now_s + _MISS_S

    def _look_for_new(self) -> None:
        if self._clock.wall_s() >= self._next_miss_s:
            self._set_looks()
            self._read()

    def _note(self) -> None:
        now_s = self._clock.wall_s()
        if self._seen and now_s >= self._next_note_s:
            self._next_note_s = now_s + MINUTE_S
            self._aside(self.note)

    def _read(self, *, begin: bool = False) -> None:
        with self._reading:
            self._try_to_read(begin)

    def _try_to_read(self, begin: bool) -> None:
        try:
            self._read_changes(5 if begin else 0)
        except FileNotFoundError:
            self._forget_file()
            self._by_id, self._missed = {}, 0
        except (sqlite3.Error, OSError) as error:
            self._forget_file()
            if begin:
                raise UserError(expected(str(self.path), "keys that can be read", str(error))) from None
            self._missed += 1
            self._next_look_s = self._next_miss_s  # most likely somebody writes it: look again soon
            if self._missed == _PATIENT:
                _LOG.warning("keys.db: could not be read (%s); what was known still holds", type(error).__name__)
        else:
            self._missed = 0

    def _read_changes(self, wait_s: float) -> None:
        inode = self.path.stat().st_ino
        if self._db is None or inode != self._inode:
            self._forget_file()
            address = self.path.resolve().as_uri() + "?mode=rw"
            self._db = sqlite3.connect(address, uri=True, timeout=wait_s, check_same_thread=False)
            self._inode = inode
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._db.executescript(TABLES)
            rows = self._db.execute(f"SELECT {COLUMNS}, hash FROM keys").fetchall()
            marks = self._db.execute("SELECT mark FROM ended").fetchall()
            self._by_id = {row[0]: _known(row) for row in rows if key_of(row[:-1]).revoked_us is None}
            self._ended = frozenset(mark for (mark,) in marks)
            self._any, self._version = self._any or bool(rows), version

    def _forget_file(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db, self._version = None, -1


def _known(row: tuple[Any, ...]) -> _Known:
    key = key_of(row[:-1])
    until_us = _NEVER_US if key.expires_us is None else key.expires_us
    return _Known(Caller(key.name, key.id, frozenset(key.scopes)), bytes(row[-1]), until_us, key)
