"""Sessions: who logged in with a browser, as a signed cookie says."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, MutableMapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evercart.clock import Clock
from evercart.durable import writing
from evercart.errors import UserError, expected
from evercart.serve.caller import NOBODY, Caller
from evercart.serve.guards.lockout import Lockout
from evercart.serve.guards.rates import household
from evercart.serve.problem import Busy, NotAllowed, WhoAreYou
from evercart.units import SECOND_US

if TYPE_CHECKING:
    from evercart.serve.keys import Keys

FILE: Final = "session.key"
_BYTES: Final = 32
_LONGEST: Final = 200  # letters of a cookie that could be ours
_LOCAL: Final = "local"  # the mark of everybody where there are no keys
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})  # methods that change nothing


class Session(NamedTuple):
    """A browser that logged in.

    key     id of the key that it showed
    mark    its own random number, never sent but inside its signed cookie
    """

    key: str
    issued_us: int
    until_us: int
    mark: str


class Sessions:
    """Logins of browsers: nothing is kept of them but which were ended.

    A session ends with its time, with its key, or when it is ended; ended ones are noted beside the keys until
    their time would have come. The cookie is SameSite=Lax, so that a link in a message opens a page; requests that
    change something need a token from our own pages besides.

    seconds_away    how long a session lasts
    clock           real time
    """

    def __init__(self, folder: Path, keys: Keys, seconds_away: float, clock: Clock | None = None) -> None:
        self._path, self._keys, self._away_us = Path(folder) / FILE, keys, round(seconds_away * SECOND_US)
        self._clock = clock or Clock()
        self.lockout = Lockout(self._clock.wall_s)

    def begin(self, text: str, client: tuple[str, int] | None) -> Session:
        """Return a new session for who shows a key; raises `WhoAreYou`, or `TooMany` after wrong ones."""
        where = household(client)
        self.lockout.require(where)
        try:
            caller = self._keys.of_text(text.strip().encode())
        except WhoAreYou:
            self.lockout.failed(where)
            raise
        self.lockout.passed(where)
        us = self._clock.now_us()
        return Session(caller.key, us, us + self._away_us, secrets.token_hex(16))

    def cookie(self, session: Session, asgi: Mapping[str, Any]) -> str:
        """Return the `Set-Cookie` header that keeps a session in a browser."""
        body = f"{session.key}.{session.issued_us}.{session.until_us}.{session.mark}"
        age_s = (session.until_us - session.issued_us) // SECOND_US
        return self._set(f"{body}.{self._mac('session', body)}", age_s, asgi)

    def no_cookie(self, asgi: Mapping[str, Any]) -> str:
        """Return the `Set-Cookie` header that takes a session out of a browser."""
        return self._set("", 0, asgi)

    def read(self, asgi: Mapping[str, Any]) -> Session | None:
        """Return the session of a request, None where there is none that is signed, current, not ended."""
        said = b";".join(value for name, value in asgi["headers"] if name == b"cookie").decode("latin-1")
        name = self._name(asgi) + "="
        parts = map(str.strip, said.split(";")) if name in said else ()
        value = next((part[len(name) :] for part in parts if part.startswith(name)), "")
        body, _, mac = value.rpartition(".")
        if not (value and value.isascii() and len(value) <= _LONGEST) or not hmac.compare_digest(
            mac, self._mac("session", body)
        ):
            return None
        key, issued, until, mark = body.split(".")
        session = Session(key, int(issued), int(until), mark)
        return session if self._clock.now_us() < session.until_us and not self._keys.ended(mark) else None

    def caller(self, session: Session) -> Caller | None:
        """Return who logged in, None where the key has gone since."""
        return self._keys.of_id(session.key)

    def end(self, session: Session) -> None:
        """End a session for good, wherever its cookie is kept; waits for the disk."""
        if not self._keys.end(session.mark, session.until_us):
            raise Busy(expected("logout", "at most 10,000 sessions ended before their time", "more"), 60)

    def csrf(self, session: Session | None) -> str:
        """Return what a form of a session must carry; None for everybody where there are no keys."""
        return self._mac("csrf", session.mark if session else _LOCAL)

    def require_csrf(self, session: Session | None, token: str) -> None:
        """Raise `NotAllowed` unless a request carries the token of a page of ours."""
        if not hmac.compare_digest(token.encode(), self.csrf(session).encode()):
            raise NotAllowed(
                expected("csrf", "the token of the page that holds the form", "another; open the page again")
            )

    def of_request(self, asgi: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> Caller:
        """Return who asks an address for programs with a browser, `NOBODY` without a session.

        A request that changes something must carry `X-CSRF-Token`; one that another site began does not count.
        Leaves what was found as `asgi["session"]`.
        """
        session = asgi["session"] = self.read(asgi)
        caller = self.caller(session) if session else None
        if session is None or caller is None:
            asgi["session"] = None
            return NOBODY
        token = headers.get(b"x-csrf-token")
        if token is not None:
            self.require_csrf(session, token.decode("latin-1"))
            return caller
        foreign = headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site")
        return caller if asgi["method"] in SAFE and not foreign else NOBODY

    @cached_property
    def _secret(self) -> bytes:
        try:
            if not self._path.exists():
                with writing(self._path) as file:
                    os.fchmod(file.fileno(), 0o600)
                    file.write(f"{secrets.token_hex(_BYTES)}\n".encode())
            secret = bytes.fromhex(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            secret = b""
        if len(secret) != _BYTES:
            raise UserError(expected(str(self._path), f"a file with {2 * _BYTES} hexadecimal digits", "another"))
        return secret

    @cached_property
    def _plain_name(self) -> str:
        """A name of this shop's own: a browser sends one cookie to all ports of a machine."""
        return f"evercart_{self._mac('name', '')[:8]}"

    def _name(self, asgi: Mapping[str, Any]) -> str:
        return ("__Host-" if asgi.get("scheme") == "https" else "") + self._plain_name

    def _set(self, value: str, age_s: int, asgi: Mapping[str, Any]) -> str:
        secure = "; Secure" if asgi.get("scheme") == "https" else ""
        return f"{self._name(asgi)}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}"

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._secret, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
