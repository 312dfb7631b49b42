"""Bodies: what a request carries, within bounds."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import msgspec

from evercart.errors import expected
from evercart.serve.problem import NoSuchForm, Problem, TooLarge
from evercart.serve.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Receive

JSON = "application/json"
_HELD = float(1 << 63)  # integers are smaller


class Gone(Exception):
    """The caller went away before the request was whole."""


async def received(asgi: MutableMapping[str, Any], receive: Receive, settings: Settings) -> tuple[str, bytes]:
    """Return the content type with the whole body; more than `body_mb` is refused before it is read."""
    most = int(settings.body_mb * 1_000_000)
    headers = dict(asgi["headers"])
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > most:
        raise TooLarge(expected("body", f"at most {most:,} bytes", f"{int(length):,}"))
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLarge(expected("body", f"at most {most:,} bytes", "more"))
        parts.append(part)
        if not message.get("more_body"):
            return kind, parts[0] if len(parts) == 1 else b"".join(parts)


def require_shallow(body: bytes, most: int) -> None:
    """Raise `Problem` for JSON that is nested deeper than `most`.

    >>> require_shallow(b'{"a": [1]}', 2)
    """
    if body.count(b"[") + body.count(b"{") <= most:
        return  # however they lie
    depth, quoted, escaped = 0, False, False
    for byte in body:
        if quoted:
            quoted = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            quoted = True
        elif byte in b"[{":
            depth += 1
            if depth > most:
                raise Problem(expected("body", f"JSON nested at most {most} deep", "deeper"))
        elif byte in b"]}":
            depth -= 1


def read_json(body: bytes, kind: str, takes: Any, depth: int) -> Any:
    """Return a JSON body as a value of a type; raises `Problem`."""
    from evercart.serve.endpoint import told

    if kind != JSON:
        raise NoSuchForm(expected("content-type", JSON, kind or "none"))
    try:
        try:
            return msgspec.json.decode(body, type=takes)
        except msgspec.ValidationError as error:
            return _converted(whole(msgspec.json.decode(body)), takes, told("body", error))
    except RecursionError:
        raise Problem(expected("body", f"JSON nested at most {depth} deep", "deeper")) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(expected("body", "JSON", str(error))) from None


def _converted(value: Any, takes: Any, text: str) -> Any:
    try:
        return msgspec.convert(value, takes)
    except msgspec.ValidationError:
        raise Problem(text) from None


def whole(value: Any) -> Any:
    """Return JSON with whole numbers as integers, which they are: some programs write 5 as 5.0.

    >>> whole({"k": 5.0, "share": [0.5]})
    {'k': 5, 'share': [0.5]}
    """
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [whole(one) for one in value]
    held = isinstance(value, float) and value.is_integer() and abs(value) < _HELD
    return int(value) if held else value
