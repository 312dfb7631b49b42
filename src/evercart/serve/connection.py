"""Connection: what one client may do to the server before it has said what it wants."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

HEAD_BYTES: Final = 32_768  # of the first line with all headers; proxies allow 8 to 32 kB
LEAST_BYTES_S: Final = 50_000  # a body that comes slower than this, after its first seconds, is not waited for


class Connection(HttpToolsProtocol):
    """A connection that is closed where its client is slow, says too much, or must make room.

    turn     how many came before it: the loop's clock stands still while it takes many in at once
    since    when the request that has not wholly come was begun; None while none is awaited
    idle     when the last answer was complete; None before the first one, too
    """

    most: int  # connections at once; set by `connections`
    slow_s: float
    _turns = count()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.turn = next(self._turns)
        self.since: float | None = None
        self.idle: float | None = None
        self._bytes = 0
        self._in_head = True
        self._stuck: float | None = None

    @property
    def waits(self) -> float | None:
        """Return since when nothing is to be done for it; None while it is being answered."""
        if self.since is not None and (self.cycle is None or self.cycle.response_complete):
            return self.since
        return self.idle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a client in; where too many are here, the one that has waited longest goes."""
        super().connection_made(transport)
        self.since = self.loop.time()
        if len(self.connections) > self.most:
            _make_room(self, self.connections)

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self.since is None:
            self.since = self.loop.time()
        self._bytes += len(data)
        super().data_received(data)
        if self._in_head and self._bytes > HEAD_BYTES:
            self.refuse(431)

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        if self.since is None:
            self.since = self.loop.time()
        self.idle, self._in_head = None, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._in_head = False
        if self._bytes > HEAD_BYTES and len(self.url) + sum(len(n) + len(v) for n, v in self.headers) > HEAD_BYTES:
            self.refuse(431)
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request has wholly come."""
        self.since, self._bytes = None, 0
        if self.cycle is not None:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Note that the client has its answer."""
        if self.since is None:
            self.idle = self.loop.time()
        super().on_response_complete()

    def shutdown(self) -> None:
        """End it once what was asked is answered; a stream, which has no end of its own, ends now."""
        cycle = self.cycle
        if cycle is not None and cycle.chunked_encoding and not cycle.response_complete:
            self.transport.write(b"0\r\n\r\n")
            self.transport.close()
        else:
            super().shutdown()

    def refuse(self, status: int, *headers: bytes) -> None:
        """Answer without a body, then hang up; a client that is being answered is only hung up on."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            lines = [STATUS_LINE[status], *headers, b"content-length: 0\r\nconnection: close\r\n\r\n"]
            self.transport.write(b"".join(lines))
        self.transport.close()

    def judge(self, now: float) -> None:
        """Hang up where the client sends too slowly, or does not read its answer."""
        since = self.since
        if since is not None and not self.pipeline and now - since > self.slow_s + self._bytes / LEAST_BYTES_S:
            self.refuse(408)
        if not self.transport.get_write_buffer_size():
            self._stuck = None
        elif self._stuck is None:
            self._stuck = now
        elif now - self._stuck > self.slow_s:
            self.transport.abort()


def _make_room(new: Connection, everyone: Collection[Any]) -> None:
    """Hang up, where too many are still here, on who waits longest for nothing; on the new one if nobody does."""
    here = [one for one in everyone if not one.transport.is_closing()]
    waiting = [(one.waits, one.turn, one) for one in here if one is not new and one.waits is not None]
    if len(here) > new.most:
        leaves = min(waiting)[2] if waiting else new
        leaves.refuse(503, b"retry-after: 1\r\n")


def connections(most: int, slow_s: float) -> type[Connection]:
    """Return what a server makes of each client: so many at once, each with so long to say what it wants."""
    return type("Connection", (Connection,), {"most": most, "slow_s": slow_s})
