"""Rolling tells what happens to a column, not what it grew used to."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.rolling import Rolling
from evercart.features.columns import Column
from evercart.labels.values import Values

NUMBERS, SLOTS = 6, 2
COLUMNS = (*(Column(f"number {i}") for i in range(NUMBERS)), *(Column(f"slot {i}", slots=1000) for i in range(SLOTS)))
DAY, ROWS = 1000, 200  # of the clock, a day
WATCH = Rolling(COLUMNS, day_us=DAY)


def rows(days, seed=1):
    """Return x, (days * ROWS, columns): skewed numbers beside frequent and rare slots."""
    rng, count = np.random.default_rng(seed), days * ROWS
    numbers = np.exp(rng.normal(size=(count, NUMBERS)))
    return np.column_stack([numbers, rng.pareto(1.0, (count, SLOTS)) * 20 % 1000 // 1]).astype(np.float32)


def us(x):
    return np.arange(len(x)) * DAY // ROWS


def found(x, watch=WATCH):
    return watch.step(watch.start(), Values(np.arange(len(x)), us(x), x))[1]


def day(count):
    return count * ROWS


def test_nothing_is_told_while_nothing_moves():
    assert len(found(rows(200))) == 0


@pytest.mark.parametrize("column", [2, 6])
def test_the_column_that_moved_is_told_once_soon_with_its_day(column):
    x = rows(60)
    x[day(40) :, column] = x[day(40) :, column] * 4 if column < NUMBERS else 7
    told = found(x)
    assert told.what.tolist() == [column]
    assert day(41) <= told.place[0] <= day(44)
    assert told.place[0] % ROWS == 0  # the first row of a day
    assert (told.since[0], told.since_us[0]) == (day(40), 40 * DAY)
    assert told.score[0] > told.bound[0] == 0.25
    assert told.now[0] > told.was[0]


def test_weekdays_are_no_change():
    x = rows(200)
    weekday = us(x) // DAY % 7
    x[:, 0] *= np.array([0.2, 1, 1, 1, 1, 2, 8])[weekday]
    x[:, 6] = weekday
    assert len(found(x)) == 0
    assert len(found(x, Rolling(COLUMNS, days=3, beyond=1.0, day_us=DAY))) > 0  # days that are no whole week


def test_what_swings_each_month_is_ordinary():
    x = rows(300)
    campaign = us(x) // DAY % 28 < 10
    x[campaign, 0] *= 4
    told = found(x)
    assert len(told) <= 1
    assert len(found(x, Rolling(COLUMNS, beyond=1.0, day_us=DAY, keep=0.9))) > 5


def test_slow_growth_is_not_told():
    x = rows(300)
    x[:, :NUMBERS] *= np.exp(np.arange(len(x)) / len(x) * np.log(20))[:, None]
    assert len(found(x)) == 0


def test_a_new_shops_numbers_may_all_move_at_first():
    x = rows(90)
    x[:, :NUMBERS] *= (1 - np.exp(-us(x) / (20 * DAY)))[:, None]
    assert len(found(x)) == 0


def test_it_gets_used_to_what_has_changed_then_tells_the_return():
    x = rows(240)
    x[day(40) : day(150), 0] *= 5
    told = found(x)
    assert told.what.tolist() == [0, 0]
    assert told.since.tolist() == [day(40), day(150)]


def test_one_change_that_moves_all_names_those_that_moved_most():
    x = rows(60)
    x[day(40) :, :NUMBERS] *= np.array([3, 3, 3, 9, 9, 9])
    told = found(x, Rolling(COLUMNS, most=3, day_us=DAY))
    assert told.what.tolist() == [3, 4, 5]


def test_the_smallest_window_says_nothing():
    x = rows(60)
    x[day(40) :, 2] *= 4
    assert len(found(x, Rolling(COLUMNS, least=7 * ROWS + 1, day_us=DAY))) == 0


@pytest.mark.parametrize("idle", [1, 6, 7, 8, 500])
def test_idle_days_pass(idle):
    x = rows(60)
    x[day(40) :, 2] *= 4
    clock = us(x) + (us(x) >= 40 * DAY) * idle * DAY
    told = WATCH.step(WATCH.start(), Values(np.arange(len(x)), clock, x))[1]
    assert set(told.what.tolist()) <= {2}
    if idle < 500:  # after so long there is no past to differ from
        assert told.what.tolist() == [2]
        assert told.since[0] == day(40)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"columns": ()}, "rolling.columns: expected at least one, got 'none'"),
        ({"days": 0}, "rolling.days: expected at least 1, got 0"),
        ({"least": 0}, "rolling.least: expected at least 1, got 0"),
        ({"most": 0}, "rolling.most: expected at least 1, got 0"),
        ({"day_us": 0}, "rolling.day_us: expected at least 1, got 0"),
        ({"keep": 1.0}, "rolling.keep: expected more than 0 and less than 1, got 1.0"),
        ({"rate": 0.0}, "rolling.rate: expected more than 0 and less than 1, got 0.0"),
        ({"least_psi": -0.1}, "rolling.least_psi: expected at least 0, got -0.1"),
        ({"beyond": 0.5}, "rolling.beyond: expected at least 1, got 0.5"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        Rolling(**{"columns": COLUMNS, **bad})
    assert str(error.value) == text


def test_values_of_another_width_are_refused():
    with pytest.raises(UserError) as error:
        found(rows(1)[:, :4])
    assert str(error.value) == "x: expected 8 columns, got 4"
