"""Asks: each thing that a client can ask, as a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from evercart.serve.wire import (
    AppShown,
    Guessed,
    Listed,
    Moved,
    Profile,
    Promote,
    Quarantined,
    Report,
    Retried,
    Retry,
    Rollback,
    Taken,
    VersionShown,
)

T = TypeVar("T")
_encoder: Final = msgspec.json.Encoder()


class Ask(NamedTuple, Generic[T]):
    """A request.

    path      with its query, quoted
    gives     type of the answer
    again     whether it may be sent again where nobody knows if it was done
    """

    method: str
    path: str
    gives: type[T]
    body: bytes | None = None
    again: bool = True


def events(sent: Sequence[Mapping[str, Any]]) -> Ask[Taken]:
    """Send events."""
    return Ask("POST", "/v1/events", Taken, _encoder.encode(sent))


def recommend(said: Mapping[str, Any]) -> Ask[Listed]:
    """Ask which items to show.

    >>> recommend({"user": "u 1", "k": 5, "item": None}).path
    '/v1/recommend?user=u+1&k=5'
    """
    return Ask("GET", with_query("/v1/recommend", said), Listed)


def decide(app: str, said: Mapping[str, Any]) -> Ask[Guessed]:
    """Ask an app."""
    keys = {name: value for name, value in said.items() if value is not None}
    return Ask("POST", f"/v1/{part(app)}/decide", Guessed, _encoder.encode(keys))


def similar(item: str, said: Mapping[str, Any]) -> Ask[Listed]:
    """Ask what is like an item."""
    return Ask("GET", with_query(f"/v1/similar/{part(item)}", said), Listed)


def profile(user: str) -> Ask[Profile]:
    """Ask what is known of a shopper."""
    return Ask("GET", f"/v1/profile/{part(user)}", Profile)


def apps() -> Ask[list[AppShown]]:
    """Ask which apps there are."""
    return Ask("GET", "/v1/apps", list[AppShown])


def versions(app: str | None) -> Ask[list[VersionShown]]:
    """Ask for the kept revisions."""
    return Ask("GET", with_query("/v1/versions", {"app": app}), list[VersionShown])


def report() -> Ask[Report]:
    """Ask how far the shop is, how good its models are."""
    return Ask("GET", "/v1/report", Report)


def promote(app: str, model: str, *, force: bool) -> Ask[Moved]:
    """Ask the gate to make a model live."""
    return Ask("POST", f"/v1/{part(app)}/promote", Moved, _encoder.encode(Promote(model, force)), again=False)


def rollback(app: str, to: str | None) -> Ask[Moved]:
    """Go back."""
    return Ask("POST", f"/v1/{part(app)}/rollback", Moved, _encoder.encode(Rollback(to)), again=False)


def quarantine(limit: int | None, field: str | None) -> Ask[Quarantined]:
    """Ask what waits in quarantine."""
    return Ask("GET", with_query("/v1/quarantine", {"limit": limit, "field": field}), Quarantined)


def retry(numbers: Sequence[int] | None, edits: Mapping[str, Any]) -> Ask[Retried]:
    """Send rows of the quarantine again."""
    said = Retry(None if numbers is None else list(numbers), dict(edits))
    return Ask("POST", "/v1/quarantine/retry", Retried, _encoder.encode(said))


def part(name: str) -> str:
    """Return a name as one part of an address.

    >>> part("a/b c")
    'a%2Fb%20c'
    """
    return quote(name, safe="")


def with_query(path: str, said: Mapping[str, Any]) -> str:
    """Return an address with what is said, but what is None."""
    kept = {name: _word(value) for name, value in said.items() if value is not None}
    return f"{path}?{urlencode(kept)}" if kept else path


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
