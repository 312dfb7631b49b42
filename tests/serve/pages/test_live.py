"""News for everyone who looks."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from evercart.clock import Clock
from evercart.serve.pages import live
from evercart.serve.pages.language import languages
from evercart.serve.pages.live import TOPICS, Live, News
from evercart.shop import Shop
from evercart.testing.serving import served

EN = languages()["en"]
SERVICE: Any = SimpleNamespace(shop=SimpleNamespace(clock=Clock()))


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    made: list[int] = []

    def tick(service: Any, words: Any) -> News:
        made.append(1)
        return News(text={"n": f"{len(made)} {words.code}"})

    monkeypatch.setitem(TOPICS, "tick", tick)
    return made


def said(part: bytes) -> Any:
    return json.loads(part.split(b"data: ")[1])["text"]["n"]


def test_one_task_makes_the_news_for_all(ticking: list[int]) -> None:
    async def look() -> tuple[list[Any], list[Any]]:
        shared = Live(SERVICE, every_s=0.01)
        one, two = shared.stream("tick", EN), shared.stream("tick", EN)
        first = [said(await anext(one)), said(await anext(two))]
        later = [said(await anext(one)), said(await anext(two))]
        await one.aclose()
        await two.aclose()
        assert len(shared) == 0
        return first, later

    first, later = asyncio.run(look())
    assert first == ["1 en", "2 en"]
    assert later == ["3 en", "3 en"]


def test_a_slow_browser_gets_the_newest(ticking: list[int]) -> None:
    async def look() -> list[str]:
        shared = Live(SERVICE, every_s=0.001)
        one = shared.stream("tick", EN)
        await anext(one)
        await asyncio.sleep(0.2)
        found = [said(await anext(one)) for _ in range(4)]
        await one.aclose()
        return found

    found = asyncio.run(look())
    assert int(found[-1].split()[0]) > 8
    assert len(ticking) >= int(found[-1].split()[0])


def test_quiet_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOPICS, "still", lambda service, words: News())

    async def look() -> list[bytes]:
        one = Live(SERVICE, every_s=0.01, beat_s=0.05).stream("still", EN)
        found = [await anext(one), await anext(one), await anext(one)]
        await one.aclose()
        return found

    assert asyncio.run(look())[2] == b": still here\n\n"


def test_whoever_looks_for_long_has_to_ask_again(ticking: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_S", 0.05)

    async def look() -> int:
        return len([part async for part in Live(SERVICE, every_s=0.01).stream("tick", EN)])

    assert 1 <= asyncio.run(look()) < 10


def test_news_that_fail_once_come_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    def moody(service: Any, words: Any) -> News:
        calls.append(1)
        if len(calls) == 2:
            raise OSError
        return News(text={"n": str(len(calls))})

    monkeypatch.setitem(TOPICS, "moody", moody)

    async def look() -> list[str]:
        one = Live(SERVICE, every_s=0.01).stream("moody", EN)
        found = [said(await anext(one)), said(await anext(one))]
        await one.aclose()
        return found

    assert asyncio.run(look()) == ["1", "3"]
    assert "news of moody" in caplog.text


def test_only_known_topics_for_so_many(empty, ticking: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = empty.get("/live?topic=%3Cb%3E")
    assert answer.status_code == 404
    assert "topic: expected one of" in answer.text
    monkeypatch.setattr(live, "MOST", 0)
    answer = empty.get("/live?topic=tick")
    assert answer.status_code == 503


def test_over_real_http(tmp_path, ticking: list[int]) -> None:
    path = "/live?topic=tick&lang=zh"
    with (
        Shop.open(tmp_path / "shop", create=True) as shop,
        served(shop) as url,
        httpx.stream("GET", url + path) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        found = next(json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))
    assert found["text"]["n"] == "1 zh"
