"""Tries: a request until it is answered, without sending anything itself.

Who sends drives it: it yields what to do next, is told what came of it, in the end returns the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from evercart.client.asks import Ask, T
from evercart.client.failures import Failed, Refused, Unreachable
from evercart.errors import expected, require
from evercart.serve.wire import Fault

LATER: Final = (429, 503)  # nothing was done: it may be asked again
BETWEEN: Final = (502, 504)  # of a proxy, which does not know


class Send(NamedTuple):
    """Send the request; an answer counts within the time."""

    within_s: float


class Wait(NamedTuple):
    """Wait."""

    s: float


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(NamedTuple):
    """Nothing came back: why; whether the request can have reached the service."""

    why: str
    reached: bool


Steps = Generator[Send | Wait, Answer | Lost | None, T]


@dataclass(frozen=True)
class Patience:
    """How long to go on.

    total_s    for a request with all its tries
    retries    further tries, at most
    first_s    pause before the second try, doubled with each further one up to `most_s`
    """

    total_s: float = 10.0
    retries: int = 5
    first_s: float = 0.1
    most_s: float = 5.0

    def __post_init__(self) -> None:
        require(self.total_s > 0, "client.timeout_s", "more than 0", self.total_s)
        require(self.retries >= 0, "client.retries", "at least 0", self.retries)

    def pause_s(self, tried: int, chance: float) -> float:
        """Return how long to wait after so many tries: between a half of the pause and the whole.

        chance    drawn from [0, 1), so that clients do not come back all at once

        >>> [Patience().pause_s(tried, 0.0) for tried in (1, 2, 3, 20)]
        [0.05, 0.1, 0.2, 2.5]
        """
        whole = min(self.most_s, self.first_s * 2.0 ** (tried - 1))
        return whole * (0.5 + 0.5 * chance)


def tries(ask: Ask[T], patience: Patience, wall_s: Callable[[], float], chance: Callable[[], float]) -> Steps[T]:
    """Yield what to do until there is an answer; return it as `ask.gives`.

    Raises `Refused` for an answer that says no, `Unreachable` where none came within the time.
    """
    until_s = wall_s() + patience.total_s
    for tried in range(1, patience.retries + 2):
        came = yield Send(max(until_s - wall_s(), 0.001))
        if isinstance(came, Answer) and not _comes_later(came, ask):
            return read(ask, came)
        pause_s = patience.pause_s(tried, chance())
        if isinstance(came, Answer):
            pause_s = max(pause_s, _told_s(came))
        last = tried > patience.retries or wall_s() + pause_s >= until_s
        if last or (isinstance(came, Lost) and came.reached and not ask.again):
            break
        yield Wait(pause_s)
    if isinstance(came, Answer):
        return read(ask, came)
    why = came.why if came else ""
    text = f"{ask.method} {_plain(ask)}: no answer in {tried} {'try' if tried == 1 else 'tries'}: {why}"
    raise Unreachable(text)


def read(ask: Ask[T], answer: Answer) -> T:
    """Return an answer as what it was to be; raises `Refused` for one that says no.

    >>> read(Ask("GET", "/a", list[int]), Answer(200, {}, b"[1]"))
    [1]
    """
    request = answer.headers.get("x-request-id", "")
    if not 200 <= answer.status < 300:
        raise Refused(_why(answer), answer.status, request)
    try:
        return msgspec.json.decode(answer.body, type=ask.gives)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        kind = getattr(ask.gives, "__name__", str(ask.gives))
        raise Failed(expected(f"answer to {ask.method} {_plain(ask)}", kind, str(error))) from None


def _why(answer: Answer) -> str:
    """Return the service's text, or what stands in its place."""
    try:
        return msgspec.json.decode(answer.body, type=Fault).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return expected("answer", "done", f"status {answer.status}")


def _comes_later(answer: Answer, ask: Ask[Any]) -> bool:
    return answer.status in LATER or (ask.again and answer.status in BETWEEN)


def _told_s(answer: Answer) -> float:
    """Return how long the service asks to wait."""
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else 0.0


def _plain(ask: Ask[Any]) -> str:
    """Return the address without its query, which may name a person."""
    return ask.path.partition("?")[0]
