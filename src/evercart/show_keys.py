"""Show keys: who may do what, as a table or as plain objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from evercart.serve.keystore import Key, Made
from evercart.show import time_text


def key_json(key: Key, us: int) -> dict[str, Any]:
    """Return a key as a plain object, with its state at a time."""
    return {**key._asdict(), "state": key.state(us)}


def keys(found: Sequence[Key], us: int) -> RenderableType:
    """Return a table of keys, oldest first."""
    if not found:
        return "No keys: the service answers this machine alone. `evercart key create` makes the first."
    table = Table()
    for name in ("id", "name", "scopes", "requests/s", "made", "expires", "last used", "state"):
        table.add_column(name)
    for key in found:
        rate = "as set" if key.rate is None else f"{key.rate:g}" if key.rate else "any"
        times = [time_text(at) if at else "never" for at in (key.created_us, key.expires_us, key.used_us)]
        table.add_row(key.id, escape(key.name), " ".join(key.scopes), rate, *times, key.state(us))
    return table


def made(one: Made, until_us: int | None = None) -> RenderableType:
    """Return the text of a new key, shown this once; `until_us` is when those before it expire."""
    parts = [one.text, f"This is {escape(one.key.name)}'s key. It is not shown again: keep it now."]
    parts += [f"The key before it works until {time_text(until_us)}."] if until_us else []
    return Group(*parts)
