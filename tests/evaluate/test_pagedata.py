"""The page's data check themselves."""

import pytest

from evercart.errors import UserError
from evercart.evaluate.compare import Difference
from evercart.evaluate.losses import log_loss
from evercart.evaluate.pagedata import AppData
from evercart.evaluate.report import Report

REPORT = Report(("continual", "frozen"), log_loss)


def test_a_difference_names_a_racer():
    with pytest.raises(UserError, match=r"^app_data.differences: expected names of racers, got \['refit'\]$"):
        AppData("a", "q?", "chance", REPORT, REPORT.none(), REPORT.none(), {"refit": Difference(0, 0, 0)})


def test_the_champion_comes_first():
    app = AppData("a", "q?", "chance", REPORT, REPORT.none(), REPORT.none())
    assert app.champion == "continual"
    assert len(app.judged) == 0
