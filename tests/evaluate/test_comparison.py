"""What a comparison says of its sums."""

import numpy as np
import pytest

from evercart.evaluate.compare import Difference
from evercart.evaluate.comparison import Comparison, Forgetting
from evercart.evaluate.losses import squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.evaluate.staleness import Staleness
from evercart.units import DAY_US

NAMES = ("continual", "refit weekly", "frozen")


def comparison(question="how much?", app="spend", days=60):
    """Return one of squared losses 1, 4, 9 a question, two questions a day from 1970-01-01 on."""
    n = 2 * days
    report = Report(NAMES, squared)
    rows = (np.arange(n), np.arange(n) * DAY_US // 2, np.zeros(n), np.arange(n).astype(np.uint64))
    scored = Scored(*rows, np.zeros(n, np.int16), np.tile([1.0, 2.0, 3.0], (n, 1)))
    return Comparison(
        app,
        question,
        "EUR",
        report,
        report.days(scored),
        report.days(scored.rows(slice(n // 4, n))),
        days * DAY_US // 4,
        {"continual": 0.1, "refit weekly": 10.0, "frozen": 0.05},
        2.0,
        {name: Staleness(hours, 2 * hours) for name, hours in zip(NAMES, (0.1, 80.0, 3e3), strict=True)},
        {name: Forgetting(1.0, 1.5, Difference(0.5, 0.1, 0.9)) for name in NAMES},
        30,
        {"refit weekly": 8},
        "BatchLinear (l2 1.0)",
    )


def test_differences_are_against_the_first():
    assert {name: gap.mean for name, gap in comparison().differences().items()} == {"refit weekly": 3.0, "frozen": 8.0}


def test_months_are_those_of_asking():
    assert comparison().months()["frozen"] == {"1970-01": 9.0, "1970-02": 9.0, "1970-03": 9.0}


def test_the_summary_names_each_part():
    said = comparison().summary()
    assert (said["questions"], said["compared"], said["probed"]) == (120, 90, 30)
    weekly = said["policies"]["refit weekly"]
    assert (weekly["loss"], weekly["overall"], weekly["cpu_s"], weekly["fits"]) == (4.0, 4.0, 10.0, 8)
    assert weekly["staleness"] == {"mean_h": 80.0, "p95_h": 160.0}
    assert weekly["forgetting"]["gap"] == {"mean": 0.5, "low": 0.1, "high": 0.9}
    assert weekly["difference"]["mean"] == pytest.approx(3.0)
