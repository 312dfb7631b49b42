"""Saying: lines that programs write for programs, as people read them."""

from __future__ import annotations

import json
from typing import Any, Final

_ROUTINE: Final = ("pulse", "learn", "compile", "end", "played")  # what programs say while all is well
_FAULT: Final = 500  # the least status that is our fault


def parsed(line: str) -> dict[str, Any] | None:
    """Return the object that a line holds; None where it holds none."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def readable(line: str) -> str | None:
    """Return a line for people; None for one about what happens all day.

    >>> readable('{"what": "trouble", "text": "the disk is full"}')
    'trouble: the disk is full'
    >>> readable('{"method": "GET", "route": "/healthz", "status": 200}') is None
    True
    """
    said = parsed(line)
    if said is None:
        return line
    if said.get("what") in _ROUTINE or str(said.get("level", "")).lower() in ("info", "debug"):
        return None
    if isinstance(status := said.get("status"), int) and (status < _FAULT or said.get("route") == "/readyz"):
        return None
    if "text" in said and (kind := said.get("what") or said.get("level")):
        fault = said.get("fault")
        return f"{kind}: {said['text']}" + (f" ({fault['type']})" if isinstance(fault, dict) else "")
    return ", ".join(f"{name} {value}" for name, value in said.items() if value not in ("", None))


def tagged(name: str, line: str) -> str:
    """Return a line as JSON that says who wrote it.

    >>> tagged("serve", "a text"), tagged("serve", '{"a": 1}')
    ('{"process": "serve", "message": "a text"}', '{"process": "serve", "a": 1}')
    """
    said = parsed(line)
    return json.dumps({"process": name, **({"message": line} if said is None else said)}, ensure_ascii=False)
