"""PageHinkley finds what River's does, where it does; it says since when, by how much."""

import numpy as np
import pytest
from drifts import alarms, moving, river_alarms
from river import drift

from evercart.errors import UserError
from evercart.evaluate.drift.page_hinkley import PageHinkley


@pytest.mark.parametrize("kind", ["normal", "yes or no", "exponential"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (PageHinkley(), drift.PageHinkley()),
        (PageHinkley(0.1, 20.0, 0.999, 10, "up"), drift.PageHinkley(10, 0.1, 20.0, 0.999, "up")),
        (PageHinkley(0.1, 20.0, side="down"), drift.PageHinkley(delta=0.1, threshold=20.0, mode="down")),
    ],
    ids=["plain", "up", "down"],
)
def test_alarms_stand_exactly_where_rivers_do(kind, seed, ours, theirs):
    numbers = moving(kind, seed)
    assert alarms(ours, numbers).place.tolist() == river_alarms(theirs.clone(), numbers)


def test_it_did_find_something():
    assert len(alarms(PageHinkley(), moving("normal", 1))) > 3


@pytest.mark.parametrize("shift", [1.0, -1.0])
def test_an_alarm_says_since_when_and_by_how_much(shift):
    rng = np.random.default_rng(3)
    numbers = np.append(rng.normal(2.0, 1.0, 10_000), rng.normal(2.0 + shift, 1.0, 200))
    found = alarms(PageHinkley(delta=0.5, threshold=25.0, keep=1.0), numbers)
    assert 10_000 < found.place[0] < 10_150
    assert abs(found.since[0] - 10_000) <= 20
    assert found.was[0] == pytest.approx(2.0, abs=0.1)
    assert found.now[0] == pytest.approx(2.0 + shift, abs=0.4)
    assert np.isnan(found.level[0])


def test_what_is_not_finite_is_passed_over():
    numbers = np.repeat([0.0, 2.0], 100)
    fold = PageHinkley(threshold=10.0)
    assert alarms(fold, np.insert(numbers, 3, np.nan)).place[0] == alarms(fold, numbers).place[0] + 1


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"delta": -1.0}, "page_hinkley.delta: expected at least 0, got -1.0"),
        ({"threshold": 0.0}, "page_hinkley.threshold: expected more than 0, got 0.0"),
        ({"keep": 1.5}, "page_hinkley.keep: expected more than 0 and at most 1, got 1.5"),
        ({"least": 0}, "page_hinkley.least: expected at least 1, got 0"),
        ({"side": "x"}, "page_hinkley.side: expected one of both up down, got 'x'"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        PageHinkley(**bad)
    assert str(error.value) == text
