"""Serving: a shop over real HTTP, in a thread of the test's own process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from evercart.serve.http import application
from evercart.serve.service import Service

if TYPE_CHECKING:
    from evercart.serve.settings import Settings
    from evercart.shop import Shop

PATIENCE_S: Final = 60


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, app: Any) -> None:
        plain: dict[str, Any] = {"log_config": None, "access_log": False, "ws": "none", "server_header": False}
        super().__init__(uvicorn.Config(app, lifespan="on", timeout_graceful_shutdown=10, **plain))
        self.listening = threading.Event()
        self.error: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.listening.set()

    def live(self, sockets: list[socket.socket]) -> None:
        """Serve until told to end; what stops it earlier is kept."""
        try:
            self.run(sockets)
        except BaseException as error:  # a thread has nobody to raise to
            self.error = error
        finally:
            self.listening.set()


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve an ASGI application with uvicorn on a free port of this machine; hand out its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(app)
        thread = threading.Thread(target=server.live, args=([listener],), name="served", daemon=True)
        thread.start()
        try:
            if not server.listening.wait(PATIENCE_S) or not server.started:
                text = "the server did not start"
                raise AssertionError(text) from server.error
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)
    if thread.is_alive() or (server.started and server.error):
        text = "the server did not end as it should"
        raise AssertionError(text) from server.error


@contextmanager
def served(shop: Shop, settings: Settings | None = None) -> Iterator[str]:
    """Serve a shop as `evercart serve` does, but for its process; hand out the address.

    shop    open; it stays open after
    """
    with listening(application(Service(shop, settings))) as url:
        yield url
