"""Link: one end of a stream of messages between two processes of one service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from struct import Struct as Packed
from typing import Any, Final, cast

import msgspec

_HEAD: Final = Packed("<I")  # bytes of the message that follows, which is MessagePack
_encode: Final = msgspec.msgpack.Encoder().encode


class Link(asyncio.Protocol):
    """Sends what it is handed, in order; hands on what comes.

    kind     of the messages that come
    heard    called with each
    gone     called once the other end is gone
    """

    def __init__(self, kind: Any, heard: Callable[[Any], None], gone: Callable[[], None]) -> None:
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._heard, self._gone = heard, gone
        self._transport: asyncio.WriteTransport | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._transport = None
        self._gone()

    def data_received(self, data: bytes) -> None:
        """Take in what came: messages, the last of them perhaps in part."""
        data, at = self._rest + data, 0
        while len(data) >= at + _HEAD.size:
            stop = at + _HEAD.size + _HEAD.unpack_from(data, at)[0]
            if len(data) < stop:
                break
            self._heard(self._decode(memoryview(data)[at + _HEAD.size : stop]))
            at = stop
        self._rest = data[at:]

    def send(self, message: Any) -> None:
        """Send a message; one to an end that is gone is lost."""
        if self._transport is not None:
            said = _encode(message)
            self._transport.write(_HEAD.pack(len(said)) + said)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()
