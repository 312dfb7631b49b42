"""A real Chromium at a real server of a real shop; every test sees whether a page complained or asked the outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from evercart.clock import Clock
from evercart.serve.caller import SCOPES
from evercart.serve.http import application
from evercart.serve.keystore import KeyStore
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.chromium import FLAGS, require, wanted
from evercart.testing.living import BEGAN_US, Hands, living
from evercart.testing.serving import listening

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here; leave it out, for all to see, where that is asked for."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not wanted():
                item.add_marker(pytest.mark.skip("BROWSER=0: the browser tests are left out"))


class Live(NamedTuple):
    """A shop that is served.

    url      where, without a slash at the end
    hands    its clock
    key      of an operator who may do all, "" where it has no keys
    reader   of one who may only look, likewise
    """

    url: str
    service: Service
    hands: Hands
    key: str
    reader: str

    @property
    def shop(self) -> Shop:
        return self.service.shop


class Watcher:
    """What pages of a context complained about, or asked of the outside.

    allowed    texts of which one is in each complaint that a test brings about itself
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.wrong: list[str] = []
        self.allowed: list[str] = []
        self._url = url
        context.on("console", self._said)
        context.on("weberror", lambda error: self.wrong.append(f"error: {error.error}"))
        context.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._url, "data:", "about:", "blob:")):
            self.wrong.append(f"asked of the outside: {request.url}")

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.wrong if not any(part in text for part in self.allowed)]


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A shop's folder, learned; with what time it is there."""
    folder, hands = tmp_path_factory.mktemp("living") / "corner shop", Hands(BEGAN_US)
    living(folder, hands).close()
    return folder, hands.us


@pytest.fixture(scope="module")
def live(
    learned: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Live]:
    """A copy of it that is served, one for each file of tests; it has keys where the file says `KEYED = True`."""
    folder = tmp_path_factory.mktemp("served") / learned[0].name
    shutil.copytree(learned[0], folder)
    hands = Hands(learned[1])
    with Shop.open(folder, clock=Clock(now_us=hands.now_us)) as shop:
        made, wanted = KeyStore(folder, Clock()), getattr(request.module, "KEYED", False)
        key, reader = (made.create(*one).text if wanted else "" for one in (("anna", SCOPES), ("rob", ["read"])))
        service = Service(shop)
        with listening(application(service)) as url:
            yield Live(url, service, hands, key, reader)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file of tests: while one is open, nothing else in this process may run an event loop."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=require(), args=list(FLAGS)) as launched,
    ):
        yield launched


@pytest.fixture
def context(browser: Browser, live: Live, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A fresh profile, by default at a desk, in English, in the light."""
    given = {"viewport": DESK, "locale": "en-GB", "color_scheme": "light", "timezone_id": "UTC"}
    made = browser.new_context(base_url=live.url, **given | getattr(request, "param", {}))
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def watcher(context: BrowserContext, live: Live) -> Iterator[Watcher]:
    """Fails the test where a page complained, or asked anything of the outside."""
    found = Watcher(context, live.url)
    yield found
    assert not found.unexpected


@pytest.fixture
def page(context: BrowserContext, watcher: Watcher) -> Page:
    """A page of somebody who has not logged in."""
    return context.new_page()


@pytest.fixture
def anna(page: Page, live: Live) -> Page:
    """A page of an operator who has logged in."""
    page.goto("/login")
    page.get_by_label("Key").fill(live.key)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Now")
    return page
