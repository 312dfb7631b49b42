"""Sketches keep to their stated error, whatever the order, however cut."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.sketch import BUCKETS, CELLS, MISSING, RELATIVE_ERROR, ZERO, count, quantile, sketch

LEVELS = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


@pytest.mark.parametrize("kind", ["lognormal", "normal", "cents"])
def test_quantiles_are_within_the_stated_error(kind):
    rng = np.random.default_rng(1)
    x = {
        "lognormal": np.exp(rng.normal(3, 2, 50_001)),
        "normal": rng.normal(size=50_001) - 1,
        "cents": rng.integers(0, 100_000, 50_001),
    }[kind].astype(np.float32)
    for level in LEVELS:
        exact = np.sort(x)[int(level * len(x))]
        assert quantile(sketch(x), level) == pytest.approx(exact, rel=RELATIVE_ERROR, abs=2**-16)


def test_sketches_are_merged_by_adding_in_any_order():
    x = np.random.default_rng(1).normal(size=1000).astype(np.float32)
    np.testing.assert_array_equal(sketch(x), sketch(x[700:]) + sketch(x[:700][::-1]))


def test_cells_rise_with_the_number():
    x = np.float32([-np.inf, -1e20, -3.0, -1e-3, 0.0, -0.0, 1e-9, 1e-3, 3.0, 1e20, np.inf, np.nan])
    cells = [int(sketch(x[i : i + 1]).argmax()) for i in range(len(x))]
    assert cells == sorted(cells)
    assert cells[4] == cells[5] == cells[6] == ZERO
    assert cells[0] == 0
    assert cells[-1] == MISSING == CELLS - 1
    assert cells[-2] == MISSING - 1


def test_slots_are_counted_in_buckets():
    into = np.zeros((1, CELLS), np.int64)
    count(into, np.ones(1, np.bool_), np.arange(64_000, dtype=np.float32)[:, None])
    assert into[0, BUCKETS:].sum() == 0
    assert 800 < into[0, :BUCKETS].min() <= into[0, :BUCKETS].max() < 1200


def test_nothing_has_no_quantile():
    assert np.isnan(quantile(sketch(np.float32([np.nan])), 0.5))


def test_a_level_is_a_share():
    with pytest.raises(UserError) as error:
        quantile(sketch(np.float32([1])), 1.5)
    assert str(error.value) == "sketch.level: expected 0 to 1, got 1.5"
