"""A small shop that has learned, a copy for each test; one in the midst of its life, for whoever only looks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from evercart.clock import Clock
from evercart.serve.http import application
from evercart.serve.service import Service
from evercart.serve.settings import Settings
from evercart.shop import Shop
from evercart.testing.living import Hands, living
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import DAY_US


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a shop that has learned; not to be written to."""
    folder = tmp_path_factory.mktemp("learned") / "shop"
    with Shop.open(folder, create=True) as shop:
        events = SimulatedShop(shoppers=60, items=60, days=30).table()
        shop.log.import_history("history", lambda skip: iter([events.slice(skip)]))
        shop.run()
    return folder


@pytest.fixture
def shop(learned: Path, tmp_path: Path) -> Iterator[Shop]:
    """Return a shop that has learned."""
    shutil.copytree(learned, tmp_path / "shop")
    with Shop.open(tmp_path / "shop", clock=Clock(now_us=lambda: START_US + 31 * DAY_US)) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Shop]:
    """Return a shop without an event."""
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


Ask = Callable[[Service, httpx.AsyncClient], Any]


def asked(shop: Shop, work: Ask, *, ready: bool = True, **settings: Any) -> Any:
    """Return what `work` makes of a running service and of a client of it."""

    async def run() -> Any:
        service = Service(shop, Settings(**{"wait_ms": 2_000, **settings}))
        app = application(service)
        await service.start()
        try:
            while ready and not service.ready:
                await asyncio.sleep(0.01)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await work(service, client)
        finally:
            await service.stop()

    return asyncio.run(run())


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Return `asked`."""
    return asked


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a shop that is not to be changed."""
    with living(tmp_path_factory.mktemp("lived") / "corner", Hands()) as shop:
        yield shop
