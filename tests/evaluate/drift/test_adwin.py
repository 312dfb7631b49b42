"""Adwin finds what River's does, where it does; it says since when, by how much."""

import numpy as np
import pytest
from drifts import alarms, moving, river_alarms
from river.drift import ADWIN

from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.fold import pack
from evercart.labels.values import Values

KINDS = ("normal", "yes or no", "exponential")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Adwin(), ADWIN()),
        (
            Adwin(0.05, clock=8, buckets=3, least=10, grace=50),
            ADWIN(0.05, clock=8, max_buckets=3, min_window_length=10, grace_period=50),
        ),
    ],
    ids=["plain", "set"],
)
def test_alarms_stand_exactly_where_rivers_do(kind, seed, ours, theirs):
    numbers = moving(kind, seed)
    want = river_alarms(theirs.clone(), numbers)
    assert len(want) >= 1
    assert alarms(ours, numbers).place.tolist() == want


def test_an_alarm_says_since_when_and_by_how_much():
    rng = np.random.default_rng(3)
    numbers = np.append(rng.normal(2.0, 1.0, 10_000), rng.normal(4.0, 1.0, 200))
    found = alarms(Adwin(1e-6), numbers)
    assert len(found) == 1
    assert abs(found.since[0] - 10_000) <= 32
    assert found.since_us[0] == found.since[0] * 1_000_000
    assert found.was[0] == pytest.approx(2.0, abs=0.1)
    assert found.now[0] == pytest.approx(4.0, abs=0.6)
    assert found.score[0] > found.bound[0] > 0
    assert found.level[0] == 1e-6


def test_the_side_decides_what_is_told_not_what_is_noticed():
    numbers = np.repeat([0.0, 5.0, 0.0], 500) + np.random.default_rng(1).normal(size=1500)
    told = {side: alarms(Adwin(1e-4, side=side), numbers).place.tolist() for side in ("both", "up", "down")}
    assert len(told["up"]) == len(told["down"]) == 1
    assert told["both"] == told["up"] + told["down"]


def test_a_small_change_is_not_told_until_small_ones_add_up():
    rng = np.random.default_rng(5)
    numbers = 10 + np.repeat([0.0, 0.7, 1.4], 20_000) + rng.normal(size=60_000)
    plain, large = (alarms(Adwin(1e-6, least_change=least), numbers) for least in (0.0, 0.1))
    assert len(plain) == 2
    assert 40_000 < large.place[0] < 41_000
    assert large.now[0] > 1.1 * large.was[0]
    assert len(large) == 1


def test_a_rhythm_is_no_change_that_lasts():
    hour = np.arange(50_000) // 100  # a value every 36 s
    numbers = 1 + np.random.default_rng(5).normal(scale=0.3, size=50_000) + 0.3 * (hour % 24 >= 18)
    times = Values(np.arange(50_000), np.arange(50_000) * 36_000_000, numbers)
    nervous, patient = Adwin(1e-6), Adwin(1e-6, lasts_us=86_400_000_000, least_change=0.1)
    assert len(nervous.step(nervous.start(), times)[1]) > 20
    assert len(patient.step(patient.start(), times)[1]) == 0
    moved = Values(times.place, times.us, numbers + 0.3 * (hour >= 400))
    found = patient.step(patient.start(), moved)[1]
    assert len(found) == 1
    assert 400 < found.place[0] // 100 < 430


def test_what_is_not_finite_is_passed_over():
    numbers = np.repeat([0.0, 1.0], 320)
    holes = np.insert(numbers, [5, 100], [np.nan, np.inf])
    assert alarms(Adwin(), holes).place.tolist() == [alarms(Adwin(), numbers).place[0] + 2]


def test_memory_does_not_grow():
    fold = Adwin()
    sizes = []
    for rows in (100, 100_000):
        state, _ = fold.step(fold.start(), moving_values(rows))
        sizes.append(sum(array.nbytes for array in pack(state).values()))
    assert sizes[0] == sizes[1] < 10_000


def moving_values(rows):
    from drifts import values

    return values(np.random.default_rng(1).normal(size=rows))


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"delta": 0.0}, "adwin.delta: expected more than 0 and less than 1, got 0.0"),
        ({"clock": 0}, "adwin.clock: expected at least 1, got 0"),
        ({"buckets": 1}, "adwin.buckets: expected at least 2, got 1"),
        ({"least": 0}, "adwin.least: expected at least 1, got 0"),
        ({"grace": 1}, "adwin.grace: expected at least 2, got 1"),
        ({"side": "left"}, "adwin.side: expected one of both up down, got 'left'"),
        ({"least_change": -0.1}, "adwin.least_change: expected at least 0, got -0.1"),
        ({"lasts_us": -1}, "adwin.lasts_us: expected at least 0, got -1"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Adwin(**bad)
    assert str(error.value) == text
