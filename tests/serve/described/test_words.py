"""Words: what the names mean that go over HTTP."""

from __future__ import annotations

from evercart.events.kinds import SENT
from evercart.serve.described.words import WORDS, about


def test_every_field_of_every_kind_is_told() -> None:
    names = {name for kind in SENT for name in (*kind.needs, *(prop.name for prop in kind.properties))}
    assert names <= set(WORDS)
    assert all(WORDS[name].about.endswith((".", '"')) for name in WORDS)


def test_what_nobody_told_is_empty() -> None:
    assert about("nothing") == ""
