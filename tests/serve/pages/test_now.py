"""The whole shop in one look."""

from __future__ import annotations

import re
from dataclasses import replace

from evercart import pulse as pulses
from evercart.pulse import Day, Pulse
from evercart.serve.pages.language import languages
from evercart.serve.pages.live import TOPICS
from evercart.shop import Shop

LOSS = {"continual": 0.5, "seeing": 0.4, "twin": 0.5, "frozen": 0.6}
EN = languages()["en"]


def pulsing(shop: Shop, ago_s: float = 0.0, **more: object) -> None:
    us = shop.clock.now_us() - int(ago_s * 1e6)
    one = Pulse(us, shop.log.next_offset, shop.log.next_offset, 480.0, 0.1, {}, {}, {"coupons": us - 700_000})
    one = replace(one, today={"coupons": Day("2020-09-20", 120, LOSS)})
    pulses.write(shop.folder / "live", replace(one, **more))


def shown(text: str) -> str:
    """Return a page without what is hidden."""
    return re.sub(r'<div class="note[^>]*hidden>.*?</div>', "", text, flags=re.DOTALL)


def test_an_empty_shop_says_what_to_do_next(empty) -> None:
    text = shown(empty.get("/").text)
    assert "This shop holds no events yet" in text
    assert f"evercart ingest FILE --map MAP.toml --shop {empty.service.shop.folder}" in text
    assert "evercart run" not in text
    assert "evercart learn" not in text


def test_a_shop_that_never_learned_says_so(empty) -> None:
    from evercart.testing.contested import coupons

    table = coupons(100)
    empty.service.shop.log.import_history("all", lambda skip: iter([table.slice(skip)]))
    text = shown(empty.get("/").text)
    assert "nothing has learned from them yet" in text
    assert f"evercart run --shop {empty.service.shop.folder}" in text
    assert "No question is judged yet" in text


def test_the_score_beside_the_control(raced) -> None:
    pulsing(raced.service.shop)
    text = shown(raced.get("/").text)
    assert 'data-live="app.coupons.score">0.4000<' in text
    assert '<strong data-tone="app.coupons.verdict" class="better">' in text
    assert re.search(r">\d+ % better than frozen over 7 days<|>[\d.]+ % better than frozen over 7 days<", text)
    assert "Questions asked on 2020-09-20, 120 judged so far." in text
    assert "log loss (nats)" in text
    assert "480 a second, 10 % of a core" in text
    assert "evercart learn" not in text


def test_a_learner_that_is_silent_is_missed(raced) -> None:
    pulsing(raced.service.shop, ago_s=60)
    text = shown(raced.get("/").text)
    assert re.search(r"The learner was last heard of (59|60|61) s ago", text)
    assert f"evercart learn --shop {raced.service.shop.folder}" in text


def test_one_that_is_far_behind_or_in_trouble_says_so(raced) -> None:
    pulsing(raced.service.shop, offset=-99_999, trouble="<b>disk</b> full")
    text = shown(raced.get("/").text)
    assert "events behind the log" in text
    assert "&lt;b&gt;disk&lt;/b&gt; full" in text


def test_names_are_escaped(empty) -> None:
    evil = '<img src=x onerror="alert(1)">'
    shop = empty.service.shop
    object.__setattr__(shop, "config", replace(shop.config, name=evil))
    text = empty.get("/").text
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_news_fill_every_place_of_the_page(raced) -> None:
    pulsing(raced.service.shop)
    text = raced.get("/").text
    news = TOPICS["now"](raced.service, EN)
    for kind, attribute in (("text", "live"), ("tone", "tone"), ("shown", "shown"), ("points", "points")):
        places = set(re.findall(rf'data-{attribute}="([^"]+)"', text))
        assert places, attribute
        assert places <= set(getattr(news, kind)), attribute


def test_news_in_chinese(raced) -> None:
    pulsing(raced.service.shop)
    assert TOPICS["now"](raced.service, languages()["zh"]).text["app.coupons.verdict"].startswith("7 天内比 frozen 好")


def test_points_stay_inside_the_picture(raced) -> None:
    points = TOPICS["now"](raced.service, EN).points["app.coupons.own"]
    for pair in points.split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= 300
        assert 0 <= y <= 56
