"""Shops whose pages are opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from evercart.learners.mean import Mean
from evercart.serve.http import application
from evercart.serve.pages.entrance import csrf_of
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, seeing

APP = contested(("seeing", seeing()), ("twin", Mean(prior=0.5 + 1e-9)))
Opened = Callable[..., httpx.Response]


class Browser:
    """Opens pages of a service in process; keeps cookies as a browser does."""

    def __init__(self, service: Service) -> None:
        self.service, self._app, self._cookies = service, application(service), httpx.Cookies()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, said: dict[str, str], *, csrf: str | None = None, **options: Any) -> httpx.Response:
        """Send a form; its token is the right one, unless another is given."""
        token = csrf_of(self.service, None) if csrf is None else csrf
        return self.send("POST", path, data={**said, "csrf": token}, **options)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            headers = {"accept": "text/html"} | options.pop("headers", {})
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8321", cookies=self._cookies
            ) as client:
                answer = await client.request(method, path, headers=headers, **options)
                self._cookies = client.cookies
                return answer

        return asyncio.run(send())


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Browser]:
    """A shop in which nothing ever happened."""
    with Shop.open(tmp_path / "shop", create=True) as shop:
        yield Browser(Service(shop))


@pytest.fixture
def raced(tmp_path: Path) -> Iterator[Browser]:
    """A shop with one app, two challengers, that has learned from 3,000 events: the gate has found `seeing` better."""
    with Shop.open(tmp_path / "shop", create=True, given=(APP,)) as shop:
        table = coupons(3_000)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        yield Browser(Service(shop))


@pytest.fixture
def browse() -> type[Browser]:
    """What opens pages of any service."""
    return Browser
