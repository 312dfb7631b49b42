"""Webhooks: rows sent to an address, signed, again after a failure.

A process calls this, never a fold. A receiver checks `verify`; a message may reach it twice, under one id.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from evercart.errors import UserError, expected, require

SIGNATURE: Final = "X-Evercart-Signature"
MESSAGE_ID: Final = "X-Evercart-Id"
_AGAIN: Final = (408, 425, 429)  # beside those from 500 on: the same message may be taken later
_LEAST_SECRET: Final = 16


@dataclass(frozen=True)
class Retries:
    """How often to try, how long to wait between; a wait is doubled each time, then drawn from its upper half.

    Source: Brooker, "Exponential backoff and jitter", AWS architecture blog, 2015 ("equal jitter").

    >>> [Retries().wait_s(failed, chance=0.0) for failed in (1, 2, 3)]
    [0.5, 1.0, 2.0]
    """

    tries: int = 6
    first_s: float = 1.0
    most_s: float = 60.0
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        require(self.tries >= 1, "webhook.tries", "at least 1", self.tries)
        require(0 < self.first_s <= self.most_s, "webhook.first_s", f"more than 0, to {self.most_s:g}", self.first_s)
        require(self.timeout_s > 0, "webhook.timeout_s", "more than 0", self.timeout_s)

    def wait_s(self, failed: int, chance: float) -> float:
        """Return the seconds to wait after so many failures; chance in [0, 1)."""
        return min(self.first_s * 2.0 ** (failed - 1), self.most_s) * (0.5 + 0.5 * chance)


@dataclass(frozen=True)
class Webhook:
    """Where to send; the secret stands in no text, no log, no error.

    url       http or https; its query may hold a token, so texts name the host alone
    secret    at least 16 bytes, shared with the receiver
    """

    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    retries: Retries = Retries()

    def __post_init__(self) -> None:
        plain = all("!" <= letter <= "~" for letter in self.url)
        require(plain, "webhook.url", "an address of printable ASCII letters", "other letters")
        require(self._parts.scheme in ("http", "https"), "webhook.url", "http://… or https://…", self._parts.scheme)
        require(bool(self._parts.hostname), "webhook.url", "an address with a host", "none")
        require(not self._parts.username, "webhook.url", "no user name within it", "one")
        require(len(self.secret) >= _LEAST_SECRET, "webhook.secret", f"{_LEAST_SECRET} bytes or more", len(self.secret))

    @property
    def where(self) -> str:
        """Return what texts call it."""
        return f"webhook {self._parts.hostname}"

    @property
    def _parts(self) -> SplitResult:
        try:
            parts = urlsplit(self.url)
            _ = parts.port
        except ValueError as error:
            raise UserError(expected("webhook.url", "an address", str(error))) from None
        return parts


@dataclass(frozen=True)
class Delivery:
    """What became of a message: the answer's status, 0 where none came; how often it was sent."""

    id: str
    status: int
    tries: int


def sign(body: bytes, secret: bytes, at_s: int) -> str:
    """Return the signature header of a body sent at a time, in seconds since 1970.

    Source: Krawczyk, Bellare and Canetti, "HMAC: keyed-hashing for message authentication", RFC 2104.

    >>> sign(b"{}", b"0123456789abcdef", at_s=7)[:12]
    't=7,v1=3cd0a'
    """
    return f"t={at_s},v1={hmac.new(secret, b'%d.' % at_s + body, hashlib.sha256).hexdigest()}"


def verify(body: bytes, secret: bytes, header: str, now_s: float, most_s: float = 300.0) -> bool:
    """Return whether a body is signed by the secret, at most so many seconds from now."""
    time, _, _ = header.partition(",")
    digits = time.removeprefix("t=")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 15 or abs(int(digits) - now_s) > most_s:
        return False
    return hmac.compare_digest(sign(body, secret, int(digits)).encode(), header.encode())


def send(
    rows: Sequence[Mapping[str, Any]],
    to: Webhook,
    *,
    now_s: Callable[[], float],
    sleep: Callable[[float], None],
    chance: Callable[[int], float],
) -> Delivery:
    """Post rows as one JSON message, {"id": ..., "rows": [...]}; return once it is taken.

    now_s     reads the clock, in seconds since 1970; each try is signed anew
    sleep     waits so many seconds
    chance    a number in [0, 1) for the wait after failure 1, 2, ...

    No redirect is followed. No answer, 408, 425, 429, or a status from 500 on is tried again; any other refusal, or the
    last failure, raises `UserError`.
    """
    text = json.dumps(list(rows), sort_keys=True, separators=(",", ":"), allow_nan=False)
    name = hashlib.sha256(text.encode()).hexdigest()[:32]
    body = f'{{"id":"{name}","rows":{text}}}'.encode()
    for tried in range(1, to.retries.tries + 1):
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: sign(body, to.secret, int(now_s())),
            MESSAGE_ID: name,
        }
        status, what = _post(to, body, headers)
        if 200 <= status < 300:
            return Delivery(name, status, tried)
        if status and status < 500 and status not in _AGAIN:
            raise UserError(expected(to.where, "an answer from 200 to 299", what))
        if tried < to.retries.tries:
            sleep(to.retries.wait_s(tried, chance(tried)))
    raise UserError(expected(to.where, f"an answer from 200 to 299 in {to.retries.tries} tries", what))


def _post(to: Webhook, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Return the status with a text for people; 0 where no answer came."""
    parts = to._parts
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=to.retries.timeout_s)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        return answer.status, f"{answer.status} {answer.reason}"
    except (OSError, HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"
    finally:
        connection.close()
