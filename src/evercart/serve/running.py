"""Running: the service on a socket, until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import signal
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from uvicorn import Config, Server

from evercart.errors import UserError, expected
from evercart.serve import pages
from evercart.serve.connection import Connection, connections
from evercart.serve.http import application

if TYPE_CHECKING:
    from evercart.serve.service import Service

BACKLOG: Final = 2_048  # clients that may wait to be taken in; the kernel may allow fewer
IDLE_S: Final = 75  # that a connection may lie idle between two requests; longer than proxies keep theirs
_SPARE: Final = 256  # open files that are not clients
_PORTS: Final = 20  # that are tried
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_LOG: Final = logging.getLogger("evercart.serve")


class Running(Server):
    """A server of one service: it starts it, stops it, judges its clients once a second."""

    def __init__(
        self, service: Service, listening: socket.socket, told: Callable[[str], None] = lambda address: None
    ) -> None:
        settings = service.settings
        super().__init__(
            Config(
                application(service),
                http=connections(room(settings.connections), settings.slow_s),
                ws="none",
                interface="asgi3",
                lifespan="off",  # the service is started here, so that its errors come out as they are
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_keep_alive=IDLE_S,
                timeout_graceful_shutdown=settings.drain_s,  # type: ignore[arg-type]  # waits by parts of a second, too
                proxy_headers=bool(settings.proxies),
                forwarded_allow_ips=list(settings.proxies),
            )
        )
        self._service, self._listening, self._told = service, listening, told
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the service, then listen."""
        await self._service.start()
        try:
            await super().startup([self._listening])
        except BaseException:
            await self._service.stop()
            raise
        asyncio.get_running_loop().run_in_executor(None, pages.warm, self._service)
        self._told(address(self._listening))

    async def on_tick(self, counter: int) -> bool:
        """Judge every client once a second; ten ticks make one."""
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for one in tuple(self.server_state.connections):
                if isinstance(one, Connection):
                    one.judge(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what was asked be answered, then stop the service."""
        try:
            await super().shutdown([self._listening])
        finally:
            await self._service.stop()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop at a signal; unlike uvicorn's own, do not send it once more when all is done."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(service: Service, listening: socket.socket, told: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `told` gets the address once requests are answered there."""
    Running(service, listening, told).run()


@contextmanager
def beside(service: Service, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread while the block lasts; yields the address."""
    found: list[str] = []
    failed: list[BaseException] = []
    listens = threading.Event()

    def told(where: str) -> None:
        found.append(where)
        listens.set()

    def serve() -> None:
        try:
            server.run()
        except BaseException as error:
            failed.append(error)
        finally:
            listens.set()

    server = Running(service, bound(host, port), told)
    thread = threading.Thread(target=serve, name="serve")
    thread.start()
    listens.wait()
    try:
        if failed:
            raise failed[0]
        yield found[0]
    finally:
        server.should_exit = True
        thread.join()


def bound(host: str, port: int) -> socket.socket:
    """Return a socket of an address of this machine; port 0 is a free one. Raises `UserError`."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise UserError(expected("--host", "an address of this machine", host)) from None
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(place)
        made.listen(BACKLOG)  # here another that listens shows
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            text = f"--port: expected a free port, got {port} (in use)"
        elif error.errno == errno.EACCES:
            text = expected("--port", "a port that this user may take, such as one above 1023", port)
        else:
            text = expected("--host", "an address of this machine", host)
        raise UserError(text) from None
    made.setblocking(False)
    return made


def free_port(host: str, first: int) -> int:
    """Return the first port from `first` on, of twenty, that is free now; raises `UserError`."""
    for port in range(first, first + _PORTS):
        with suppress(UserError), bound(host, port):
            return port
    raise UserError(expected("--port", f"a free port from {first} to {first + _PORTS - 1}", "none"))


def address(listening: socket.socket) -> str:
    """Return where a socket is reached, as a browser has it; one that listens everywhere, on this machine.

    >>> with bound("127.0.0.1", 0) as one:
    ...     address(one).rpartition(":")[0]
    'http://127.0.0.1'
    """
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def room(wanted: int) -> int:
    """Return how many clients can be here at once, having asked the system for as many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted + _SPARE:
        more = min(wanted + _SPARE, hard) if hard != resource.RLIM_INFINITY else wanted + _SPARE
        with suppress(OSError, ValueError):  # a sandbox may forbid it
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
            soft = more
    return max(1, min(wanted, soft - _SPARE))
