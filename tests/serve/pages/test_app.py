"""One app's page."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from evercart.annals import Entry
from evercart.serve.caller import Caller
from evercart.serve.pages import page, static
from evercart.serve.pages.app import Racing, earned, marks_of
from evercart.serve.pages.history import Found
from evercart.serve.pages.standing import looker_of
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons


def figures(text: str) -> dict[str, dict]:
    pattern = r'<script type="application/json" id="figure-(\w+)">(.*?)</script>'
    return {name: json.loads(body) for name, body in re.findall(pattern, text, flags=re.DOTALL)}


def test_a_page_full_of_figures(raced) -> None:
    text = raced.get("/apps/coupons").text
    assert set(figures(text)) == {"time", "saved", "calibrated"}
    assert text.index(static.address("plotly.js")) < text.index(static.address("draw.js"))
    for words in ("Score over time", "Calibration", "Challengers and the gate", "What happened", "Since the control"):
        assert words in text
    assert text.count("<caption>") == text.count("<table")
    assert "<th>" not in text  # each says its scope
    assert text.count('role="img" aria-label="') >= 3
    assert "The same as a table" in text


def test_the_live_model_comes_first_challengers_with_what_the_gate_objects(raced) -> None:
    text = raced.get("/apps/coupons").text
    assert [line["name"] for line in figures(text)["time"]["data"][:4]] == ["seeing", "frozen", "continual", "twin"]
    part = text[text.index('id="challengers"') : text.index('id="happened"')]
    assert part.index("seeing") < part.index("continual") < part.index("twin")
    assert "evidence: expected at least" in part
    assert "µs" in part
    assert 'href="/versions/promote?app=coupons&amp;model=twin"' in part
    assert "promotion" in text


def test_who_only_reads_is_offered_nothing_to_do(raced, monkeypatch) -> None:
    monkeypatch.setattr(page, "page_caller", lambda service, request: Caller("ann", "1", frozenset({"read"})))
    assert "/versions/promote" not in raced.get("/apps/coupons").text


def test_what_is_missing_is_said_with_what_to_do(empty, tmp_path) -> None:
    text = empty.get("/apps/spend").text
    assert "This shop holds no events yet" in text
    assert "evercart ingest FILE" in text
    assert static.address("plotly.js") not in text
    table = coupons(200)
    empty.service.shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
    looker_of(empty.service).forget()
    assert f"evercart run --shop {empty.service.shop.folder}" in empty.get("/apps/spend").text


def test_a_shop_of_one_day_waits_for_it_to_close(tmp_path, empty) -> None:
    with Shop.open(tmp_path / "young", create=True, given=(contested(),)) as shop:
        table = coupons(200)
        shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
        shop.run()
        text = type(empty)(Service(shop)).get("/apps/coupons").text
    assert "No day is closed yet" in text


def test_lists_are_told_of_as_what_was_gained(empty) -> None:
    text = empty.get("/apps/recommend").text
    assert "More is better; the loss is 1 − NDCG@20." in text


def test_an_unknown_app_is_not_there(raced) -> None:
    answer = raced.get("/apps/%3Cscript%3E")
    assert answer.status_code == 404
    assert "app: expected one of coupons, got &#39;&lt;script&gt;&#39;" in answer.text


def test_html_in_what_the_shop_says_is_shown_as_it_is(raced) -> None:
    shop = raced.service.shop
    evil = "</script><img src=x onerror=alert(1)>"
    shop.promote("coupons", "twin", who=evil, force=True)
    app = replace(shop.given[0], about=evil)
    object.__setattr__(shop, "given", (app,))
    for path in ("/apps/coupons", "/", "/apps/coupons?lang=zh"):
        text = raced.get(path).text
        assert "<img" not in text
        assert "&lt;img" in text
        assert figures(text) or path == "/"


def test_what_was_earned_is_what_the_gate_knew_last() -> None:
    def measure(n: int, mean: float | None) -> dict[str, object]:
        return {"name": "orders", "decisions": n, "mean": mean, "error": None}

    def said(us: int, challenger: str, own: int, other: int) -> Found:
        business = [[measure(own, 0.5)], [measure(other, 0.25)]]
        return Found(us, False, (), {"champion": "a1", "challenger": challenger, "business": business})

    racing = [
        Racing("a", "a1", True, None, None),
        Racing("b", "b1", False, None, said(2, "b1", 7, 0)),
        Racing("c", "c1", False, None, said(1, "c1", 5, 3)),
        Racing("d", "d1", False, None, Found(3, False, (), {})),
    ]
    assert earned(racing) == [("a", [measure(7, 0.5)]), ("c", [measure(3, 0.25)])]
    assert earned([]) == []


def test_going_back_is_to_what_was_live_before() -> None:
    first = Entry("a", 0, "promotion", "x", "declared", "first")
    entries = [first, Entry("a", 1, "promotion", "y", "", "gate"), Entry("a", 2, "promotion", "x", "", "turned")]
    entries += [Entry("a", 3, "alarm", "", "loss moved"), Entry("a", 4, "verdict", "y", "no", "refused")]
    assert [(one.kind, one.text) for one in marks_of(entries, "UTC")] == [
        ("promotion", "y: "),
        ("rollback", "x: "),
        ("alarm", "loss moved"),
    ]


def test_a_page_with_figures_is_small_enough(raced) -> None:
    whole = raced.get("/apps/coupons", headers={"accept-encoding": "gzip"})
    links = re.findall(r'(?:src|href)="(/static/[^"]+)"', whole.text)
    sizes = [int(raced.get(one, headers={"accept-encoding": "gzip"}).headers["content-length"]) for one in links]
    assert len(whole.content) + sum(sizes) < 6_000_000
