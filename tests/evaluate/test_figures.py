"""Figures hold the numbers they should."""

import json

import numpy as np
import pytest

from evercart.evaluate import figures
from evercart.evaluate.compare import Difference
from evercart.evaluate.losses import squared
from evercart.evaluate.pagedata import AppData, Quality
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.units import DAY_US

REPORT = Report(("continual", "frozen"), squared)
N = 40
SCORED = Scored(
    number=np.arange(N),
    us=np.arange(N) * DAY_US // 2,
    y=np.zeros(N),
    key=np.arange(N).astype(np.uint64),
    slice=np.zeros(N, np.int16),
    guesses=np.tile([1.0, 2.0], (N, 1)),
)


@pytest.fixture(scope="module")
def spend():
    return AppData(
        "spend",
        "?",
        "cents",
        REPORT,
        REPORT.days(SCORED),
        REPORT.days(SCORED.rows(slice(10, N))),
        {"frozen": Difference(3, 3, 3)},
    )


def test_over_time(spend):
    figure = figures.over_time(spend)
    assert [line["name"] for line in figure["data"]] == ["continual", "frozen"]
    assert figure["data"][1]["y"] == [4.0] * 20
    assert figure["data"][0]["x"][0] == "1970-01-01"
    assert figure["layout"]["shapes"][0]["x0"] == "1970-01-06"


def test_what_was_saved_is_summed_from_the_first_judged_day(spend):
    line = figures.saved(spend)["data"][-1]
    assert line["x"][0] == "1970-01-06"
    assert line["y"] == pytest.approx(6.0 * np.arange(1, 16))


def test_calibration_has_an_ideal(spend):
    names = [line["name"] for line in figures.calibrated(spend)["data"]]
    assert names == ["continual", "frozen", "ideal"]


def test_all_is_plain_json(spend):
    empty = AppData("spend", "?", "cents", REPORT, REPORT.none(), REPORT.none(), {"frozen": Difference(3, 3, 3)})
    quality = Quality(("order",), np.array([3]), np.array([[9]]))
    for app in (spend, empty):
        for make in (figures.over_time, figures.saved, figures.calibrated):
            json.dumps(make(app), allow_nan=False)
    assert json.loads(json.dumps(figures.arrivals(quality), allow_nan=False))["data"][0]["y"] == [9.0]


def test_the_dearest_is_on_top():
    assert figures.cost({"a": 3.0, "b": 1.0, "c": 2.0})["data"][0]["y"] == ["b", "c", "a"]


def test_a_difference_that_is_not_known_has_no_bar():
    nan = float("nan")
    drawn = figures.against_cost(["a", "b"], [1.0, 2.0], [Difference(0, 0, 0), Difference(0.1, nan, nan)])["data"]
    assert [one["error_y"]["visible"] for one in drawn] == [True, False]
    assert drawn[1]["y"] == [0.1]
    json.dumps(drawn, allow_nan=False)


def test_ages_have_one_bar_a_measure():
    drawn = figures.ages(["a", "b"], {"mean": [1.0, float("nan")], "most": [2.0, 4.0]})["data"]
    assert [(one["name"], one["x"]) for one in drawn] == [("mean", [1.0, None]), ("most", [2.0, 4.0])]


def test_what_was_forgotten_has_its_interval():
    drawn = figures.forgotten(["a"], [Difference(2.0, 1.0, 5.0)], "loss")["data"][0]
    assert (drawn["y"], drawn["error_y"]["array"], drawn["error_y"]["arrayminus"]) == ([2.0], [3.0], [1.0])


def test_marked_lines_stand_over_time():
    lines = {"live": (["1970-01-01", "1970-01-02"], [1.0, float("nan")]), "frozen": (["1970-01-01"], [2.0])}
    drawn = figures.marked(lines, [("1970-01-02", "the change")], "nats", {"live": (["1970-01-01"], [5.0])})
    said = [(one["name"], one["y"]) for one in drawn["data"]]
    assert said == [("live", [1.0, None]), ("needed by live", [5.0]), ("frozen", [2.0])]
    assert drawn["data"][1]["line"]["color"] == drawn["data"][0]["line"]["color"]
    assert drawn["layout"]["shapes"][0]["x0"] == drawn["layout"]["annotations"][0]["x"] == "1970-01-02"
    assert drawn["layout"]["yaxis"]["title"]["text"] == "nats"
    json.dumps(drawn, allow_nan=False)
