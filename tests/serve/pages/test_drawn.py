"""Figures in the words of a language."""

from __future__ import annotations

import json

import pytest

from evercart.apps import app
from evercart.evaluate.page import as_json
from evercart.evaluate.pagedata import AppData
from evercart.serve.pages import drawn
from evercart.serve.pages.drawn import Mark
from evercart.serve.pages.evidence import evidence_of
from evercart.serve.pages.language import languages
from evercart.serve.pages.standing import looker_of

EN, ZH = languages()["en"], languages()["zh"]
EVIL = "</script><b>x</b>"


@pytest.fixture
def data(raced) -> AppData:
    (lane,) = looker_of(raced.service).lanes()
    found = evidence_of(raced.service, lane, "seeing")
    assert found is not None
    return found.data


def test_the_course_has_a_line_a_racer_with_what_happened_above_it(raced, data: AppData) -> None:
    (one,) = looker_of(raced.service).look().apps
    marks = [Mark("alarm", "2020-09-14 10:00:00", EVIL), Mark("promotion", "2020-09-15 10:00:00", "twin: forced")]
    made = drawn.over_time(one.app, data, marks, EN)
    assert [line["name"] for line in made["data"]] == [*data.report.racers, "drift alarm", "promotion"]
    alarm = made["data"][-2]
    assert alarm["text"] == ["&lt;/script&gt;&lt;b&gt;x&lt;/b&gt;"]
    assert made["layout"]["yaxis"]["title"]["text"] == "log loss (nats), 7-day mean"
    low, high = made["layout"]["yaxis"].get("range", (-9, 9))
    assert low < alarm["y"][0] < high
    assert "<" not in as_json(made)
    json.loads(as_json(made))


def test_what_is_ranked_rises_when_it_gets_better(data: AppData) -> None:
    ranks = app("recommend", {}, "UTC")
    plain, turned = drawn.over_time(raced_app(), data, [], EN), drawn.over_time(ranks, data, [], EN)
    for a, b in zip(plain["data"], turned["data"], strict=True):
        assert [1.0 - value for value in a["y"]] == b["y"]
    assert turned["layout"]["yaxis"]["title"]["text"] == "NDCG@20, 7-day mean"
    assert drawn.saved(ranks, data, EN)["layout"]["yaxis"]["title"]["text"] == "1 − NDCG@20, saved in sum"


def raced_app():
    return app("repurchase", {}, "UTC")


def test_no_word_stays_in_another_language(data: AppData) -> None:
    found = as_json(drawn.calibrated(data, ZH)) + as_json(drawn.saved(raced_app(), data, ZH))
    for word in ("ideal", "guess", "label", "questions", "against", "saved"):
        assert word not in found
    assert "理想" in json.loads(as_json(drawn.calibrated(data, ZH)))["data"][-1]["name"]
    hover = drawn.calibrated(data, ZH)["data"][0]["hovertemplate"]
    assert hover.startswith("猜测 %{x:.4g}<br>")
