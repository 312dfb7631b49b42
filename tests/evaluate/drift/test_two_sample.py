"""TwoSample tells the columns that moved, once, no others."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.two_sample import TwoSample
from evercart.features.columns import Column
from evercart.labels.values import Values

COLUMNS = (*(Column(f"number {i}") for i in range(6)), *(Column(f"slot {i}", slots=1000) for i in range(4)))
WATCH = TwoSample(COLUMNS, reference=8000, window=2000)


def rows(count, seed=1):
    """Return x, (count, columns), skewed numbers beside frequent and rare slots."""
    rng = np.random.default_rng(seed)
    numbers = np.exp(rng.normal(size=(count, 6)))
    return np.column_stack([numbers, rng.pareto(1.0, (count, 4)) * 20 % 1000 // 1]).astype(np.float32)


def found(x, watch=WATCH):
    place = np.arange(len(x))
    return watch.step(watch.start(), Values(place, place * 10, x))[1]


def test_nothing_is_told_while_nothing_moves():
    assert len(found(rows(60_000))) == 0


def test_few_are_told_by_the_tests_alone_while_nothing_moves():
    sure_only = TwoSample(COLUMNS, reference=100_000, window=2000, rate=0.05, least_psi=0.0)
    windows = 150
    told = found(rows(100_000 + windows * 2000, seed=4), sure_only)
    assert len(np.unique(told.place)) <= 0.1 * windows


@pytest.mark.parametrize("column", [2, 7])
def test_the_column_that_moved_is_told_once_with_its_window(column):
    x = rows(30_000)
    x[20_000:, column] = x[20_000:, column] * 3 if column < 6 else 7
    told = found(x)
    assert told.what.tolist() == [column]
    assert WATCH.names[column] == COLUMNS[column].name
    assert (told.since[0], told.place[0], told.since_us[0]) == (20_000, 21_999, 200_000)
    assert told.score[0] > told.bound[0] == 0.1
    assert told.now[0] == pytest.approx(3 * told.was[0], rel=0.15) if column < 6 else told.now[0] == 1.0


def test_a_column_that_came_back_may_be_told_again():
    x = rows(30_000)
    x[12_000:16_000, 0] *= 5
    x[20_000:, 0] *= 5
    assert found(x).place.tolist() == [13_999, 21_999]


def test_a_rising_share_of_missing_numbers_is_told():
    x = rows(20_000)
    x[10_000:, 1][::3] = np.nan
    assert found(x).what.tolist() == [1]


def test_a_small_sure_difference_is_not_told():
    x = rows(40_000)
    x[20_000:, 0] *= 1.1
    assert len(found(x, TwoSample(COLUMNS, 16_000, 8_000, least_psi=0.1))) == 0
    assert len(found(x, TwoSample(COLUMNS, 16_000, 8_000, least_psi=0.0))) == 1


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"columns": ()}, "two_sample.columns: expected at least one, got 'none'"),
        ({"reference": 5}, "two_sample.reference: expected at least 20 rows, got 5"),
        ({"window": 5}, "two_sample.window: expected at least 20 rows, got 5"),
        ({"rate": 1.0}, "two_sample.rate: expected more than 0 and less than 1, got 1.0"),
        ({"least_psi": -0.1}, "two_sample.least_psi: expected at least 0, got -0.1"),
    ],
)
def test_bad_settings_are_refused(bad, text):
    with pytest.raises(UserError) as error:
        TwoSample(**{"columns": COLUMNS, **bad})
    assert str(error.value) == text


def test_values_of_another_width_are_refused():
    with pytest.raises(UserError) as error:
        found(rows(3)[:, :4])
    assert str(error.value) == "x: expected 10 columns, got 4"
    with pytest.raises(UserError) as error:
        found(rows(3)[:, 0])
    assert str(error.value) == "two_sample.values: expected rows of numbers, got '1 axes'"
