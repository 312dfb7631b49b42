"""Serving: a shop over real HTTP, in a thread of the test's own process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from evercart.serve.running import Running, bound
from evercart.serve.service import Service

if TYPE_CHECKING:
    from evercart.serve.settings import Settings
    from evercart.shop import Shop

PATIENCE_S: Final = 60


class _Thread(threading.Thread):
    """A thread in which a server lives until it is told to end; what stops it earlier is kept."""

    def __init__(self, server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        super().__init__(name="served", daemon=True)
        self._server, self._sockets = server, sockets
        self.error: BaseException | None = None

    def run(self) -> None:
        """Serve."""
        try:
            self._server.run(self._sockets)
        except BaseException as error:  # a thread has nobody to raise to
            self.error = error


@contextmanager
def living(server: uvicorn.Server, listener: socket.socket) -> Iterator[str]:
    """Let a server live in a thread while the block lasts; hand out its address."""
    where = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = _Thread(server, [listener])
    thread.start()
    ends = time.monotonic() + PATIENCE_S
    try:
        while not server.started and thread.is_alive() and time.monotonic() < ends:
            time.sleep(0.002)
        if not server.started:
            text = "the server did not start"
            raise AssertionError(text) from thread.error
        yield where
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listener.close()
    if thread.is_alive() or thread.error:
        text = "the server did not end as it should"
        raise AssertionError(text) from thread.error


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an ASGI application with uvicorn on a free port of this machine; hand out its address."""
    plain: dict[str, Any] = {"log_config": None, "access_log": False, "ws": "none", "server_header": False}
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", timeout_graceful_shutdown=10, **plain))
    with living(server, bound("127.0.0.1", 0)) as where:
        yield where


@contextmanager
def served(shop: Shop, settings: Settings | None = None) -> Iterator[str]:
    """Serve a shop as `evercart serve` does, but for its process; hand out the address.

    shop    open; it stays open after
    """
    listener = bound("127.0.0.1", 0)
    with living(Running(Service(shop, settings), listener), listener) as where:
        yield where
