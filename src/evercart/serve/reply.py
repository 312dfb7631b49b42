"""Reply: what is sent back, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

if TYPE_CHECKING:
    from starlette.types import Send

_encoder = msgspec.json.Encoder()
_JSON = (b"content-type", b"application/json")


class Reply(NamedTuple):
    """An answer in one piece."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def json(cls, said: Any, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Self:
        """Return a value as JSON.

        >>> Reply.json({"a": 1}).body
        b'{"a":1}'
        """
        return cls(status, (_JSON, *headers), _encoder.encode(said))

    @classmethod
    def ready(cls, json: bytes) -> Self:
        """Return what is JSON already."""
        return cls(200, (_JSON,), json)

    @classmethod
    def text(cls, said: str | bytes, kind: str = "text/plain; charset=utf-8", status: int = 200) -> Self:
        """Return a text of a type."""
        body = said.encode() if isinstance(said, str) else said
        return cls(status, ((b"content-type", kind.encode()),), body)

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = [*self.headers, (b"content-length", b"%d" % len(self.body))]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
