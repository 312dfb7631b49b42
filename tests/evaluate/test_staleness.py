"""Ages of what the weights had learned."""

import numpy as np

from evercart.evaluate.staleness import newest_learned, staleness
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.units import HOUR_S, MISSING, SECOND_US

HOUR_US = HOUR_S * SECOND_US


def turns(*rows: tuple[int, int, int]) -> Turns:
    """Return turns of (what, tick, us)."""
    what, tick, us = (np.array(column) for column in zip(*rows, strict=True))
    n, nan = np.arange(len(rows)), np.full(len(rows), np.nan)
    y = np.where(np.isin(what, (ASKED, ABANDONED)), np.nan, 1.0)
    keys, x = np.zeros(len(n), np.uint64), np.zeros((len(n), 0), np.float32)
    return Turns(what.astype(np.int8), tick, n, us, n, y, nan, np.ones(len(n)), keys, x)


def test_mean_with_percentile_in_hours() -> None:
    asked = np.arange(101) * HOUR_US
    said = staleness(asked, np.zeros(101, np.int64))
    assert (said.mean_h, said.p95_h) == (50.0, 95.0)


def test_what_was_answered_before_the_first_label_is_left_out() -> None:
    assert staleness(np.array([5, HOUR_US]), np.array([MISSING, 0])).mean_h == 1.0
    assert np.isnan(staleness(np.array([5]), np.array([MISSING]))).all()


def test_a_label_counts_from_the_tick_after_its_own() -> None:
    given = turns((ASKED, 0, 0), (SETTLED, 1, 10), (ASKED, 1, 11), (ASKED, 2, 20), (ABANDONED, 2, 21), (ASKED, 3, 30))
    assert newest_learned(given, given.tick).tolist() == [MISSING, MISSING, 10, 10]


def test_hints_and_corrections_teach_too() -> None:
    given = turns((HINT, 0, 1), (ASKED, 1, 2), (CORRECTION, 1, 3), (ASKED, 2, 4))
    assert newest_learned(given, given.tick).tolist() == [1, 3]


def test_weights_that_wait_know_what_they_knew() -> None:
    given = turns((SETTLED, 0, 1), (SETTLED, 1, 2), (ASKED, 2, 3))
    assert newest_learned(given, np.minimum(given.tick, 1)).tolist() == [1]
