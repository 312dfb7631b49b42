"""What is kept, what an operator may do about it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest

from evercart.serve.caller import Caller
from evercart.serve.pages import page
from evercart.shop import Shop


def live(shop: Shop) -> str:
    current = shop.shelf.current("coupons")
    assert current is not None
    return shop.shelf.model(current.model).name


def test_every_model_with_its_revisions(raced) -> None:
    text = raced.get("/versions").text
    assert "seeing is live." in text
    for model in raced.service.shop.shelf.models("coupons"):
        assert model.id in text
    for version in raced.service.shop.shelf.versions("coupons"):
        assert version.address in text
    assert text.index(">seeing") < text.index(">continual") < text.index(">twin")  # the live one first
    assert "the log&#39;s beginning" in text
    assert "declared" in text
    assert "nats that it loses less" in text
    assert text.count("<caption>") == text.count("<table")
    assert "<th>" not in text


def test_a_shop_that_kept_nothing_says_what_to_do(empty) -> None:
    text = empty.get("/versions").text
    assert text.count("Nothing is kept yet") == 3
    assert f"evercart run --shop {empty.service.shop.folder}" in text
    assert empty.get("/versions?app=spend").text.count("Nothing is kept yet") == 1


def test_two_are_compared(raced) -> None:
    text = raced.get("/versions/compare?a=seeing&b=twin").text
    assert "Two revisions compared" in text
    assert "learner.optimizer.rate" in text
    assert "Linear" in text
    assert "Mean" in text
    assert "Nothing differs." in raced.get("/versions/compare?a=twin&b=twin").text
    assert "Macro" not in text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/versions?app=%3Cb%3E", 404, "app: expected one of coupons, got &#39;&lt;b&gt;&#39;"),
        ("/versions/compare", 400, "compare: expected two revisions, a with b, got &#39;a= b=&#39;"),
        ("/versions/compare?a=seeing&b=%3Cb%3E", 400, "expected one of the"),
        ("/versions/promote?app=nope&model=twin", 404, "app: expected one of coupons"),
        ("/versions/promote?app=coupons&model=%3Cb%3E", 400, "expected one of the models"),
        ("/versions/rollback?app=coupons&to=%3Cb%3E", 400, "expected one of the"),
    ],
)
def test_what_is_not_there(raced, path: str, status: int, said: str) -> None:
    answer = raced.get(path)
    assert answer.status_code == status
    assert said in answer.text
    assert "<b>" not in answer.text


def test_the_gate_objects_is_overruled_then_taken_back(raced) -> None:
    shop = raced.service.shop
    asks = raced.get("/versions/promote?app=coupons&model=twin").text
    assert "Shall twin answer for coupons instead of seeing?" in asks
    assert "What it said last" in asks
    assert "This is logged as done by local." in asks

    refused = raced.post("/versions/promote", {"app": "coupons", "model": "twin"})
    assert refused.status_code == 409
    assert "The gate objects, so nothing was moved:" in refused.text
    assert "<li>evidence: expected at least" in refused.text
    assert live(shop) == "seeing"

    wrong = raced.post(
        "/versions/promote", {"app": "coupons", "model": "twin", "force": "yes", "typed": "twn", "objections": "<b>"}
    )
    assert wrong.status_code == 400
    assert "confirmation: expected the name of the model, twin, got &#39;twn&#39;" in wrong.text
    assert "<li>&lt;b&gt;</li>" in wrong.text
    assert live(shop) == "seeing"

    forced = raced.post("/versions/promote", {"app": "coupons", "model": "twin", "force": "yes", "typed": "twin"})
    assert forced.status_code == 303
    assert parse_qs(urlparse(forced.headers["location"]).query) == {"app": ["coupons"], "said": ["promoted"]}
    assert live(shop) == "twin"
    text = raced.get(forced.headers["location"]).text
    assert "Promoted: it answers from now on." in text
    assert "twin is live." in text
    assert "forced" in text

    asks = raced.get("/versions/rollback?app=coupons").text
    assert "Shall seeing answer for coupons again instead of twin?" in asks
    back = raced.post("/versions/rollback", {"app": "coupons", "to": ""})
    assert back.status_code == 303
    assert live(shop) == "seeing"
    assert shop.shelf.moves()[-1].move.who == "local"
    assert "Rolled back: it answers from now on." in raced.get(back.headers["location"]).text


def test_back_to_a_revision_says_what_it_skips(raced) -> None:
    shop = raced.service.shop
    address = shop.shelf.version("seeing").address
    text = raced.get(f"/versions/rollback?app=coupons&to={address}").text
    assert address[:12] in text
    assert re.search(r"What lies between, \d+ events, is skipped for good", text)
    assert raced.post("/versions/rollback", {"app": "coupons", "to": address}).status_code == 303
    current = shop.shelf.current("coupons")
    assert current is not None
    assert current.revision == address
    text = raced.get("/versions?app=coupons").text
    assert f"It began anew from revision {address[:12]}." in text


def test_nobody_goes_back_where_nothing_was_before(raced, empty) -> None:
    answer = empty.get("/versions/rollback?app=spend")
    assert answer.status_code == 400
    assert "rollback spend: expected an app in which a model is live, got &#39;none&#39;" in answer.text
    answer = empty.post("/versions/rollback", {"app": "spend"})
    assert answer.status_code == 409


def test_who_only_reads_can_do_nothing(raced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "page_caller", lambda service, request: Caller("ann", "1", frozenset({"read"})))
    text = raced.get("/versions").text
    assert "/versions/promote" not in text
    assert "/versions/rollback" not in text
    for path in ("/versions/promote", "/versions/rollback"):
        assert raced.get(f"{path}?app=coupons&model=twin").status_code == 403
        answer = raced.post(path, {"app": "coupons", "model": "twin"})
        assert answer.status_code == 403
        assert "key: expected one with the scope operate, got &#39;ann&#39;" in answer.text


def test_html_in_what_is_logged_is_shown_as_it_is(raced) -> None:
    evil = "<img src=x onerror=alert(1)>"
    raced.service.shop.promote("coupons", "twin", who=evil, force=True)
    text = raced.get("/versions").text
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_in_chinese(raced) -> None:
    raced.get("/?lang=zh")
    for path in ("/versions", "/versions/compare?a=seeing&b=twin", "/versions/promote?app=coupons&model=twin"):
        text = raced.get(path).text
        assert '<html lang="zh">' in text
        assert "版本" in text
