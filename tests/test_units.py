"""Units and marks."""

from __future__ import annotations

import numpy as np

from evercart import units


def test_durations_agree_with_each_other() -> None:
    assert units.DAY_US == units.DAY_S * units.SECOND_US == 24 * units.HOUR_S * 1_000_000
    assert units.WEEK_S == 7 * units.DAY_S
    assert units.HOUR_S == 60 * units.MINUTE_S


def test_the_mark_of_a_missing_integer_is_no_amount() -> None:
    assert np.int64(units.MISSING) == np.iinfo(np.int64).min
    assert units.NO_KEY == 0
