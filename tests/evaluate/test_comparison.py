"""What a comparison says of its sums."""

import pytest

from evercart.testing.compared import compared


def test_differences_are_against_the_first():
    assert {name: gap.mean for name, gap in compared().differences().items()} == {"refit weekly": 3.0, "frozen": 8.0}


def test_differences_in_percent_of_the_first():
    assert compared().above()["continual"] == (0.0, 0.0, 0.0)
    assert compared().above()["frozen"] == (800.0, 800.0, 800.0)


def test_months_are_those_of_asking():
    assert compared().months()["frozen"] == {"1970-01": 9.0, "1970-02": 9.0, "1970-03": 9.0}


def test_the_summary_names_each_part():
    said = compared().summary()
    assert (said["questions"], said["compared"], said["probed"]) == (120, 90, 30)
    weekly = said["policies"]["refit weekly"]
    assert (weekly["loss"], weekly["overall"], weekly["cpu_s"], weekly["fits"]) == (4.0, 4.0, 10.0, 8)
    assert weekly["staleness"] == {"mean_h": 80.0, "p95_h": 160.0}
    assert weekly["forgetting"]["gap"] == {"mean": 0.5, "low": 0.1, "high": 0.9}
    assert weekly["difference"]["mean"] == pytest.approx(3.0)
