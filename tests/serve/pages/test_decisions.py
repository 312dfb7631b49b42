"""Decisions are found, opened, understood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart.events.schema import table_of as rows
from evercart.serve.pages import decisions
from evercart.serve.service import Service
from evercart.shop import Shop

EVIL = "<script>alert('1')</script>&\"x"
TOLD = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&#34;x"


@pytest.fixture
def living(lived: Shop, browse) -> Iterator:
    """The pages of a shop that decides."""
    yield browse(Service(lived))


def test_the_newest_are_listed_with_a_way_to_the_older(living) -> None:
    page = living.get("/decisions")
    assert page.status_code == 200
    assert page.text.count("<tr>") == 1 + decisions.ROWS
    assert page.text.index("/decisions/spend-8-11") < page.text.index("/decisions/back-8-11")
    assert "2027-01-23 08:35:00" in page.text
    older = re.search(r'href="(/decisions\?before=\d+)" rel="next"', page.text)
    assert older is not None
    further = living.get(older[1]).text
    assert "/decisions/spend-8-11" not in further and "/decisions/back-8-1" in further
    assert "The newest ones" in further


def test_they_are_found_by_whom_they_are_about(living) -> None:
    page = living.get("/decisions?name=u84&by=user&app=spend").text
    assert "/decisions/spend-8-3" in page and "/decisions/back-8-3" not in page
    assert 'value="u84"' in page and '<option value="user" selected>' in page and "<option selected>spend" in page
    assert "No decision in the log is about that." in living.get("/decisions?name=nobody").text


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("by=place", "by: expected one of id user session item, got &#39;place&#39;"),
        ("before=-1", "before: expected an offset of the log, got &#39;-1&#39;"),
        ("before=9999999999999999999", "before: expected an offset of the log"),
        ("name=%ed%b2%80", "No decision"),
    ],
)
def test_what_cannot_be_asked_is_told(living, asked: str, told: str) -> None:
    page = living.get(f"/decisions?{asked}")
    assert page.status_code in (200, 400) and told in page.text


def test_one_is_told_whole(living) -> None:
    page = living.get("/decisions/back-8-3").text
    for words in (
        "Decision: repurchase",
        "0.5854",
        "still kept",
        "About 48 others of that time the same model guessed",
        "how often (order)",
        "to the last bit",
        "order: times, fading by half in 28 days",
        "names it",
        "window open",
    ):
        assert words in page, words
    assert page.count("<h1>") == 1
    assert "决策：repurchase" in living.get("/decisions/back-8-3?lang=zh").text


def test_one_that_is_not_there(living) -> None:
    page = living.get("/decisions/a%2Fb%3Cb%3E")
    assert page.status_code == 404
    assert "decision: expected the id of one in the log, got &#39;a/b&lt;b&gt;&#39;" in page.text


def test_nothing_decided_yet_says_what_to_do(empty) -> None:
    page = empty.get("/decisions").text
    assert "Nothing was decided yet." in page and 'href="/try"' in page


def test_names_are_shown_not_obeyed(tmp_path: Path, browse) -> None:
    """Whatever was sent: HTML in every text that a decision has, or that came of it."""
    names = {name: EVIL for name in ("id", "app", "model", "revision", "user", "session", "item", "place")}
    shown = {"shown": [{"item": EVIL, "place": 1}], "fallback": EVIL, "removed": {EVIL: 1}}
    said = {**names, "kind": 7, "event_us": 5, "properties": json.dumps(shown)}
    after = {"kind": 9, "id": "f", "ref": EVIL, "verdict": EVIL, "text": EVIL, "item": EVIL, "event_us": 6}
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.log.append(rows([said]), 5)
        shop.log.append(rows([after]), 6)
        browser = browse(Service(shop))
        for path in ("/decisions", "/decisions/" + "".join(f"%{byte:02x}" for byte in EVIL.encode())):
            page = browser.get(path)
            assert page.status_code == 200, page.text
            assert TOLD in page.text and "<script>alert" not in page.text
        assert page.text.count(TOLD) >= 10


def test_a_list_is_told_by_its_places(tmp_path: Path, browse) -> None:
    shown = {"shown": [{"item": f"i{at}", "place": at, "score": 1 / at, "chance": 0.5} for at in range(1, 7)]}
    said = {"id": "d", "kind": 7, "app": "recommend", "session": "s1", "event_us": 5, "properties": json.dumps(shown)}
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.log.append(rows([{**said, "chance": 0.1}]), 5)
        shop.log.append(rows([{"kind": 1, "id": "v", "session": "s1", "item": "i3", "event_us": 6}]), 6)
        browser = browse(Service(shop))
        assert "i1, i2, i3, i4 and 2 more" in browser.get("/decisions").text
        page = browser.get("/decisions/d").text
        assert "shown at place 3" in page and "0.1000" in page and "What was shown" in page
        assert "No model ranked this list" in browser.get("/decisions/d?why=1").text
