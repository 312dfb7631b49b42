"""Caller: who asks."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Scope = Literal["ingest", "decide", "read", "operate"]
SCOPES: Final[tuple[Scope, ...]] = ("ingest", "decide", "read", "operate")


class Caller(NamedTuple):
    """Whoever sent a request.

    name      of the key, as its maker called it; "local" where there are no keys
    key       its number, "" where there are no keys
    scopes    what it may do
    """

    name: str
    key: str
    scopes: frozenset[str]


LOCAL: Final = Caller("local", "", frozenset(SCOPES))
NOBODY: Final = Caller("", "", frozenset())
