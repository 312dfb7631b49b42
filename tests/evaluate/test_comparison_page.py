"""The page of a comparison stands alone, with every figure of its policies."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from evercart.evaluate.compare import Difference
from evercart.evaluate.comparison import Forgetting
from evercart.evaluate.comparison_page import comparison_page
from evercart.evaluate.staleness import Staleness
from evercart.testing.compared import NAMES, compared

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def html() -> str:
    return comparison_page(compared(EVIL), EVIL, "2026-01-01 UTC")


@pytest.fixture(scope="module")
def markup(html: str) -> str:
    """Return the page without its code."""
    return re.sub(r"<script>.*?</script>", "", html, flags=re.S)


def figure(html: str, name: str) -> dict:
    """Return what a chart draws."""
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)
    assert found is not None
    return json.loads(found[1])


def test_nothing_is_asked_of_the_network(html: str, markup: str) -> None:
    assert "http:" not in markup
    assert "https:" not in markup
    assert "default-src 'none'" in html


def test_names_are_escaped(html: str, markup: str) -> None:
    assert EVIL not in html
    assert markup.count("&lt;img") == 2


def test_every_chart_has_its_figure(html: str) -> None:
    wanted = re.findall(r'data-figure="([^"]+)"', html)
    assert wanted == ["time", "saved", "cost", "ages", "forgotten"]
    assert all(figure(html, name)["data"] for name in wanted)


def test_the_table_says_what_was_found(markup: str) -> None:
    row = re.search(r"<tr><td>refit weekly</td>(.*?)</tr>", markup, re.S)
    assert row is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[1])
    told = ["4.000", "+300.00 %", "+300.00 to +300.00", "10.00", "80.0", "160.0"]
    assert cells == [*told, "+50.00 %", "+10.00 to +90.00"]
    assert "refit weekly: 8 fits" in markup


def test_months_end_with_the_whole(markup: str) -> None:
    months = re.findall(r"<tr><td>(1970-\d\d|all)</td>(.*?)</tr>", markup)
    assert [month for month, _ in months] == ["1970-01", "1970-02", "1970-03", "all"]
    assert re.findall(r"<td[^>]*>(.*?)</td>", months[-1][1]) == ["1.000", "4.000", "9.000"]


def test_score_against_cpu_on_a_log_axis(html: str) -> None:
    drawn = figure(html, "cost")
    assert drawn["layout"]["xaxis"]["type"] == "log"
    assert [(one["name"], one["x"], one["y"]) for one in drawn["data"]] == [
        ("continual", [0.1], [0.0]),
        ("refit weekly", [10.0], [300.0]),
        ("frozen", [0.05], [800.0]),
    ]


def test_ages_with_forgetting(html: str) -> None:
    assert figure(html, "ages")["data"][1]["x"] == [0.2, 160.0, 6000.0]
    assert figure(html, "forgotten")["data"][0]["error_y"]["array"] == [40.0] * 3


def test_too_little_to_say_is_a_dash() -> None:
    nan = float("nan")
    none = Forgetting(nan, nan, Difference(nan, nan, nan))
    short = compared(days=10)
    short = replace(short, forgetting=dict.fromkeys(NAMES, none), staleness=dict.fromkeys(NAMES, Staleness(nan, nan)))
    page = comparison_page(short, "shop", "now")
    assert "nan" not in re.sub(r"<script>.*?</script>", "", page, flags=re.S).lower()
    assert np.isnan(short.differences()["frozen"].low)
