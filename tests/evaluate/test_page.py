"""The report page stands alone."""

import base64
import hashlib
import math
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from evercart.evaluate.business import Measure
from evercart.evaluate.compare import difference
from evercart.evaluate.losses import log_loss, squared
from evercart.evaluate.page import page
from evercart.evaluate.pagedata import AppData, Quality, ReportData
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.units import DAY_US

EVIL = "<img src=x onerror=alert(1)>"
RNG = np.random.default_rng(4)


def app(name, loss, n=2_000, **more):
    z = RNG.normal(size=n)
    p = 1 / (1 + np.exp(-z))
    binary = loss.kind == "binary"
    y = (RNG.random(n) < p).astype(float) if binary else np.exp(7 + z + RNG.normal(size=n))
    best = p if binary else np.exp(7.5 + z)
    guesses = np.column_stack([best, 0.5 * best, 0.98 * best])
    scored = Scored(
        number=np.arange(n),
        us=np.sort(RNG.integers(0, 80 * DAY_US, n)),
        y=y,
        key=RNG.integers(1, 99, n).astype(np.uint64),
        slice=RNG.integers(0, 2, n).astype(np.int16),
        guesses=guesses,
    )
    report = Report(("continual", "frozen", "refit"), loss, slices=("new", EVIL))
    days = report.days(scored)
    judged = days.rows(days.day >= 20)
    gaps = {name: difference(report, judged, name, "continual") for name in ("frozen", "refit")}
    cpu = {"continual": 1.0, "frozen": 0.4, "refit": 30.0}
    return AppData(name, "Back within 7 days?", "chance", report, days, judged, gaps, cpu, **more)


def small():
    quality = Quality(
        kinds=("order", EVIL),
        day=np.arange(3),
        events=np.array([[5, 1], [6, 0], [7, 2]]),
        quarantine=(("quantity", "at least 0", 3), (EVIL, EVIL, 1)),
        cleaning=(("exact duplicates", 12),),
    )
    apps = (app("repurchase", log_loss), app(EVIL, squared))
    return ReportData(EVIL, "2026-01-01 UTC", 1_234_567, apps, quality, {"features": 2.0, EVIL: 1.0})


@pytest.fixture(scope="module")
def html():
    return page(small())


@pytest.fixture(scope="module")
def markup(html):
    """Return the page without its code."""
    return re.sub(r"<script>.*?</script>", "", html, flags=re.S)


def test_nothing_is_asked_of_the_network(markup):
    assert "http:" not in markup
    assert "https:" not in markup
    assert "//" not in re.sub(r"sha256-[A-Za-z0-9+/=]+", "", markup)
    assert re.findall(r"(?:src|href)=\"[^#]", markup) == []


def test_the_policy_admits_just_the_scripts_of_the_page(html, markup):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    hashes = {
        base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()
        for s in re.findall(r"<script>(.*?)</script>", html, re.S)
    }
    assert set(re.findall(r"'sha256-([^']+)'", unescape(policy[1]))) == hashes
    assert len(hashes) == 2
    assert "default-src 'none'" in unescape(policy[1])
    assert "unsafe-eval" not in policy[1]
    assert re.findall(r"<script(?! type=\"application/json\")[^>]+>", html) == []
    assert re.findall(r"<[^>]* on[a-z]+=", markup) == []


def test_names_are_escaped(html, markup):
    assert EVIL not in html
    assert "<img" not in markup
    assert markup.count("&lt;img") >= 5


def test_it_says_what_was_found(html):
    assert "1,234,567 events" in html
    assert "2,000 judged in all" in html
    assert re.search(r"better</span>", html)
    assert "at 3.3 % of its CPU" in html
    assert "exact duplicates" in html


def test_every_chart_has_its_figure(html):
    wanted = re.findall(r'data-figure="([^"]+)"', html)
    assert len(wanted) == 2 * 3 + 2
    assert wanted == re.findall(r'<script type="application/json" id="([^"]+)">', html)


def test_what_came_of_live_decisions_is_a_table_where_there_are_any(html):
    measures = (Measure("orders", 1_250, 0.21, 0.012), Measure("margin", 0, math.nan, math.nan))
    earned = page(replace(small(), apps=(app("spend", squared, earned=((EVIL, measures),)),)))
    assert EVIL not in earned
    assert '0.2100 ± 0.01200 <span class="soft">(1,250)</span></td><td>–</td>' in earned
    assert "What came of live decisions" not in html


@pytest.mark.parametrize("racers", [("continual",), ("continual", "frozen")])
def test_a_page_before_the_first_question(racers):
    report = Report(racers, log_loss)
    empty = AppData("repurchase", "?", "chance", report, report.none(), report.none())
    html = page(ReportData("A shop", "now", 0, (empty,)))
    assert "Nothing was refused." in html
    assert "nan" not in re.sub(r"<script>.*?</script>", "", html, flags=re.S).lower()


def test_a_race_of_settings_shows_who_left_when():
    row = {"leads": False, "judged": 512, "loss": 0.25, "learned": 600, "work": 640.0}
    rows = [
        {**row, "name": EVIL, "leads": True, "left": ""},
        {**row, "name": "rate 0.01", "left": "2026-01-02 00:00"},
        {**row, "name": "rate 3", "left": "", "loss": math.nan},
    ]
    race = {"work": 1_920.0, "allowed": 2_400.0, "candidates": rows}
    html = unescape(page(replace(small(), apps=(app("repurchase", log_loss, races={"tuned": race}),))))
    assert "tuned: settings raced on the stream" in html
    assert "1,920 of 2,400 that the budget allows" in html
    cells = [re.findall(r"<td.*?>(.*?)</td>", line) for line in html.splitlines() if "0.01</td>" in line]
    assert cells == [["rate 0.01", "2026-01-02 00:00", "512", "0.2500", "600", "640"]]
    assert ">leads<" in html
    assert ">races on<" in html


def test_what_acting_would_have_cost() -> None:
    one = {"cost_minor": 1200, "a_payment_minor": 1.2, "approve": 9, "challenge": 1, "review": 0, "decline": 2}
    acting = {"stated": False, "payments": 12, "approve_all": one | {"cost_minor": 4800}, "least_cost": one}
    paid = {"worth": None, "given": [], "attacked": [], "measure": "evercart backtest fraud", "policy": None}
    text = page(ReportData("s", "now", 1, (app("fraud", log_loss, acting=acting, paid=paid),)))
    assert "by assumed costs" in text and "<td>1,200</td><td>75.0%</td>" in text
    assert "Not measured here." in text and "evercart backtest fraud" in text
    stated = page(ReportData("s", "now", 1, (app("fraud", log_loss, acting=acting | {"stated": True}),)))
    assert "by the costs that the shop states" in stated and "Clean, attacked" not in stated
    policy = {"acts": "learned", "objection": "", "decisions": 9, "differs": 3, "unseen": 0, "days": 21}
    policy |= {"gain_minor": 12.5, "low": 10.0, "high": 15.0, "sure_above": 8.25}
    told = page(ReportData("s", "now", 1, (app("fraud", log_loss, paid=paid | {"policy": policy}),)))
    assert "Policy: learned acts" in told and "for sure above 8.25" in told and "What acting would" not in told
