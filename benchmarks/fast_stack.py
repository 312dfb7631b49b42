"""FastAPI's default stack before the same answers: pydantic models, its own JSON, one handler a question."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI, Response
from pydantic import BaseModel

from evercart.serve.service import Service
from evercart.shop import Shop
from loading import Load, Stream
from served import Program, Site, Watch, running, stop, wait_until_ready

SHOP, LOGGED = "EVERCART_PEER_SHOP", "EVERCART_PEER_LOGGED"


class Reason(BaseModel):
    """As `wire.Reason`."""

    text: str
    worth: float
    kind: str = ""


class Shown(BaseModel):
    """As `wire.Shown`."""

    item: str
    score: float
    place: int
    chance: float
    why: list[Reason] = []


class Answered(BaseModel):
    """As `wire.Listed`."""

    decision: str
    app: str
    items: list[Shown]
    model: str
    revision: str
    chance: float
    offset: int
    confirmed: bool
    fallback: str = ""
    empty: str = ""
    removed: dict[str, int] = {}


def peer() -> FastAPI:
    """Return the application: one service, opened as ours opens it, whose answers FastAPI hands on."""
    service = Service(Shop.open(Path(os.environ[SHOP])))
    if not int(os.environ[LOGGED]):
        unlogged(service)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.stop()

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def readyz(response: Response) -> bool:
        response.status_code = 200 if service.ready else 503
        return service.ready

    @app.get("/v1/recommend")
    async def recommend(
        user: str | None = None,
        session: str | None = None,
        item: str | None = None,
        k: int | None = None,
        why: bool = False,
        id: str | None = None,
    ) -> Answered:
        named = {"user": user, "session": session, "item": item}
        keys = {name: value for name, value in named.items() if value is not None}
        return Answered(**msgspec.json.decode(await service.answers.items("recommend", keys, k, why, id)))

    return app


def unlogged(service: Service) -> None:
    """Let decisions go nowhere; the answer is the same."""

    async def logged(said: Any, *, ours: bool) -> bool:
        return True

    service.answers._logged = logged  # type: ignore[method-assign]


def ours() -> None:
    """Serve a shop as `evercart serve` does, but for the log of decisions."""
    from evercart.serve.running import bound, run

    service = Service(Shop.open(Path(os.environ[SHOP])))
    unlogged(service)
    run(service, bound("127.0.0.1", int(sys.argv[1])), lambda where: None)


def compared(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """Print the CPU of a request of both stacks, with decisions logged, then without; in turn, three times each."""
    found = {}
    peers = [_started(site, "peer", one) for one in (True, False)]
    own = _started(site, "ours", False)
    sides = {
        "logged": {"ours": (site.programs[0], site.port), "FastAPI": peers[0]},
        "not logged": {"ours": own, "FastAPI": peers[1]},
    }
    with running(peers[0][0], peers[1][0], own[0]):
        for how, both in sides.items():
            spent: dict[str, list[float]] = {name: [] for name in both}
            for _ in range(3):
                for name, (program, port) in both.items():
                    spent[name].append(_spent(site, program, port, args.rate / 4, min(args.seconds, 20)))
            us = {name: min(each) for name, each in spent.items()}
            share = us["ours"] / us["FastAPI"]
            print(
                f"  {how}: {us['ours']:.0f} us of CPU a request, FastAPI {us['FastAPI']:.0f}: {share:.2f}", flush=True
            )
            found[how] = {"us": spent, "share": share}
    return found


def _started(site: Site, which: str, logged: bool) -> tuple[Program, int]:
    """Return a server of the site's shop, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {**os.environ, SHOP: str(site.folder), LOGGED: str(int(logged))}
    command = [sys.executable, "-c", "import fast_stack; fast_stack.ours()", str(port)]
    if which == "peer":
        command = [sys.executable, "-m", "uvicorn", "fast_stack:peer", "--factory", "--port", str(port)]
    options = {"env": given, "cwd": Path(__file__).parent, "stdout": subprocess.DEVNULL}
    program = Program(which, command, site.cores, **options)
    wait_until_ready(program, port, "/readyz")
    return program, port


def _spent(site: Site, program: Program, port: int, rate: float, seconds: float) -> float:
    """Return the microseconds of CPU that a request takes of a server."""
    stream = Stream("answers", site.visitors.questions(), rate)
    Load(port, [stream], 2, cores=site.cores).end()
    with Watch(site.cores, program) as watch:
        sent = Load(port, [stream], seconds, cores=site.cores).end()["answers"]
    good = sent.summary()["good"]
    if good < len(sent.status):
        stop(f"{program.name}: expected good answers alone, got {sent.summary()['statuses']}")
    return 1e6 * watch.cpu_s[program.name] / good
