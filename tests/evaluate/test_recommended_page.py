"""The page of a backtest of recommendation."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from evercart.evaluate.recommended import BASKETS
from evercart.evaluate.recommended_page import recommended_page
from evercart.testing.ranked import invented

MADE = "2026-01-02 03:04 UTC"


def _figures(html: str) -> dict[str, dict[str, list[dict[str, object]]]]:
    found = re.findall(r'<script type="application/json" id="(\w+)">(.*?)</script>', html, re.S)
    return {name: json.loads(text) for name, text in found}


def test_it_shows_every_way_to_rank_with_mode_and_task() -> None:
    html = recommended_page(invented(), "a <shop>", MADE)
    assert "recommend: next click, after every click" in html
    assert "a &lt;shop&gt;" in html
    for name in ("blend", "plain", "plainer", "alone: own items", "frozen", "return", "item never seen"):
        assert f"<td>{name}</td>" in html
    assert "When not to trust it" in html


def test_it_draws_lines_bars_slices_calibration() -> None:
    drawn = _figures(recommended_page(invented(), "shop", MADE))
    assert set(drawn) == {"above", "worth", "time", "slices", "sure"}
    assert [line["name"] for line in drawn["time"]["data"]] == ["blend", "plain", "plainer", "frozen"]
    assert drawn["above"]["data"][0]["x"] == ["plain", "plainer"]
    assert drawn["worth"]["data"][0]["x"] == ["frozen"]


def test_it_warns_of_few_questions_of_levels_of_items_never_seen() -> None:
    html = recommended_page(invented(), "shop", MADE)
    assert "Only 60 questions" in html
    assert "33% of the answers are items never seen before" in html
    assert "Not shown to be above" not in html
    level = replace(invented(), baselines={"as good": invented().blend})
    assert "Not shown to be above, for the interval reaches 0: as good." in recommended_page(level, "shop", MADE)
    assert "The log spans 2 days" in recommended_page(invented(days=2), "shop", MADE)


def test_baskets_without_stale_blends() -> None:
    one = invented()
    html = recommended_page(replace(one, task=BASKETS, stale={}, familiar=one.hits.place > 1), "shop", MADE)
    assert "recommend: next basket" in html
    assert "<td>known shopper</td>" in html
    assert "What learning on is worth" not in html
